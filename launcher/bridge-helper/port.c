/* SPDX-License-Identifier: MIT
 * What owvm-bridge-helper does: a port from owvm-netd, handed on in the protocol of QEMU's own
 * helper, which is one byte and one fd over a stream socket. */
#include "launcher/bridge-helper/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/text.h"

int bridge_port_check(int fd, char **reterr_text)
{
	struct sockaddr_storage peer = {0};
	socklen_t type_size = sizeof(int), peer_size = sizeof(peer);
	int type = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) < 0 ||
		getpeername(fd, (struct sockaddr *)&peer, &peer_size) < 0)
		return text_fail(reterr_text, -errno,
			"'--fd=%d': %s; QEMU passes a socket when it runs this program", fd,
			strerror(errno));
	if (peer.ss_family != AF_UNIX || type != SOCK_STREAM)
		return text_fail(reterr_text, -ENOTSOCK, "'--fd=%d' is no Unix stream socket", fd);
	return 0;
}

static void make_request(const struct bridge_arguments *arguments, struct wire_request *ret_request)
{
	struct wire_request request = {.operation = WIRE_TAP, .tap = {.queues = 1}};

	if (arguments->with_mac) {
		request.tap.flags = WIRE_WITH_MAC;
		memcpy(request.tap.mac, arguments->mac, MAC_SIZE);
	}
	memcpy(request.tap.bridge, arguments->bridge, strlen(arguments->bridge));
	memcpy(request.tap.label, arguments->label, strlen(arguments->label));
	*ret_request = request;
}

/* QEMU's protocol carries no address, so who is asked for one must hear where it goes. */
static const char *advice(const struct bridge_arguments *arguments, enum code code)
{
	if (code != CODE_MAC_REFUSED || arguments->with_mac)
		return "";
	return "; declare one with helper=\"" BRIDGE_PROGRAM
	       " --mac=MAC\" and the same mac=MAC for the guest's device";
}

int bridge_port_open(const struct netd_client *client, const struct bridge_arguments *arguments,
	int *ret_tap, char **reterr_text)
{
	struct wire_request request = {0};
	struct wire_reply reply = {0};
	OWNED_NETD_FDS fds = {0};
	int r = 0;

	make_request(arguments, &request);
	r = netd_client_ask(client, &request, &reply, &fds, reterr_text);
	if (r < 0)
		return text_fail(
			reterr_text, r, "bridge '%s': %s", arguments->bridge, *reterr_text);
	if (reply.code != CODE_OK)
		return text_fail(reterr_text, -EPERM, "bridge '%s' refused: %s%s",
			arguments->bridge, netd_client_reason(&reply),
			advice(arguments, reply.code));
	if (reply.text[0] != '\0')
		text_print(stderr, BRIDGE_PROGRAM ": %s", reply.text);
	*ret_tap = cleanup_steal_fd(&fds.fds[0]);
	return 0;
}

int bridge_port_pass(int socket, int tap, char **reterr_text)
{
	const char byte = 0;
	int r = fdpass_send(socket, &byte, sizeof(byte), &tap, 1);

	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot hand the tap over fd %d: %s", socket, strerror(-r));
	return 0;
}
