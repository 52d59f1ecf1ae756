/* SPDX-License-Identifier: MIT
 * A netd that does everything wrong, for tests of the launcher. */
#include "tests/unit/netd-client/unit-netd.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "common/wire.h"
#include "tests/unit/unit.h"

static bool is(const char *mode, const char *name)
{
	return strcmp(mode, name) == 0;
}

static void make_reply(const char *mode, struct wire_reply *reply)
{
	*reply = (struct wire_reply){.operation = WIRE_TAP, .taps = 1};
	memcpy(reply->tap.interface, "ow1t0", sizeof("ow1t0"));
	memcpy(reply->tap.bridge, "br0", sizeof("br0"));
	memcpy(reply->text, "a remark\x07", sizeof("a remark\x07"));
	if (is(mode, "refuse") || is(mode, "fd-with-refusal"))
		*reply = (struct wire_reply){.operation = WIRE_TAP,
			.code = CODE_DENIED,
			.text = "no rule \x1b[31m\nfor you"};
	else if (is(mode, "mac"))
		*reply = (struct wire_reply){.operation = WIRE_TAP,
			.code = CODE_MAC_REFUSED,
			.text = "none was declared"};
	else if (is(mode, "unread"))
		*reply = (struct wire_reply){.code = CODE_MALFORMED, .text = "cannot read that"};
	else if (is(mode, "end"))
		*reply = (struct wire_reply){.operation = WIRE_TAP, .code = CODE_END};
	else if (is(mode, "operation"))
		*reply = (struct wire_reply){
			.operation = WIRE_PORTS, .ports = {.interface = "ow1t0", .queues = 1}};
	else if (is(mode, "bridge"))
		reply->tap.bridge[2] = '1';
	else if (is(mode, "vhost"))
		reply->vhosts = 1;
	else if (strncmp(mode, "three", strlen("three")) == 0)
		reply->taps = 3;
	if (is(mode, "three-vhosts"))
		reply->vhosts = 3;
	else if (is(mode, "three-and-two"))
		reply->vhosts = 2;
}

void netd_serve(const char *mode, int socket)
{
	uint8_t data[WIRE_REPLY_SIZE + 1] = {0};
	int fds[6] = {STDIN_FILENO, STDIN_FILENO, STDIN_FILENO, STDIN_FILENO, STDIN_FILENO};
	struct wire_reply reply = {0};
	size_t n = 0, size = WIRE_REPLY_SIZE;

	if (is(mode, "early"))
		return;
	if (is(mode, "unheard")) {
		assert_int_equal(recv(socket, data, 1, MSG_PEEK), 1);
		make_reply("refuse", &reply);
		wire_encode_reply(&reply, data);
		fdpass_send(socket, data, size, NULL, 0);
		return;
	}
	if (fdpass_receive(socket, data, sizeof(data), NULL, 0, &n) != WIRE_REQUEST_SIZE)
		return;
	if (is(mode, "hang"))
		pause();
	if (is(mode, "close"))
		return;
	make_reply(mode, &reply);
	memset(data, 0, sizeof(data));
	wire_encode_reply(&reply, data);
	n = reply.taps + reply.vhosts;
	if (is(mode, "no-fd"))
		n = 0;
	else if (is(mode, "two-fds"))
		n = 2;
	else if (is(mode, "fd-with-refusal"))
		n = 1;
	else if (is(mode, "magic"))
		data[0] ^= 1;
	size = is(mode, "short") ? size - 1 : is(mode, "long") ? size + 1 : size;
	fdpass_send(socket, data, size, fds, n);
}

int netd_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}
