/* SPDX-License-Identifier: MIT
 * A port of owvm-netd's in the network namespace that this process is in. */
#include "launcher/netns/port.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/netd-client/address.h"

#define CLIENTS_MAX 256 /* addresses that are tried */

static void copy_name(char ret_name[IFNAME_SIZE], const char *name)
{
	assert(strlen(name) < IFNAME_SIZE);
	memcpy(ret_name, name, strlen(name));
}

/* The n-th client of this use. No VM has a name with a blank. */
static void make_request(const struct port *port, unsigned int n, struct wire_request *ret_request)
{
	OWNED_MEMORY char *name = text_format("%s %s", port->use, port->bridge);
	struct wire_request request = {.operation = WIRE_CLIENT};

	request.client.flags = WIRE_WITH_MAC;
	copy_name(request.client.bridge, port->bridge);
	copy_name(request.client.interface, port->interface);
	address_derive(port->uid, port->bridge, name, n, request.client.mac);
	*ret_request = request;
}

int port_ask(const struct port *port, const struct netd_client *client,
	struct wire_tap_reply *ret_port, char **reterr_text)
{
	struct wire_request request = {0};
	struct wire_reply reply = {.code = CODE_MAC_IN_USE};
	OWNED_NETD_FDS none = {0};
	int r = 0;

	/* netd alone knows which are taken, also those that this moment takes. */
	for (unsigned int n = 0; r == 0 && reply.code == CODE_MAC_IN_USE && n < CLIENTS_MAX; n++) {
		make_request(port, n, &request);
		r = netd_client_ask(client, &request, &reply, &none, reterr_text);
	}
	if (r < 0)
		return text_fail(reterr_text, r, "bridge '%s': %s", port->bridge, *reterr_text);
	if (reply.code != CODE_OK)
		return text_fail(reterr_text, reply.code == CODE_DENIED ? -ENXIO : -EPERM,
			"bridge '%s' refused: %s", port->bridge, netd_client_reason(&reply));
	if (reply.text[0] != '\0')
		text_say("%s", reply.text);
	*ret_port = reply.client;
	return 0;
}
