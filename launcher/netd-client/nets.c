/* SPDX-License-Identifier: MIT
 * netd's lists of bridges and ports, walked with one question an entry. */
#include "launcher/netd-client/nets.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"

#define ENTRIES_MAX 100000 /* a netd whose lists do not end is broken */

struct listing {
	enum wire_operation operation;
	json_t *(*row)(const struct wire_reply *reply);
	uint32_t (*next)(const struct wire_reply *reply);
};

static json_t *net_options(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{WIRE_NET_CREATE, "create"},
		{WIRE_NET_ISOLATED, "isolated"},
		{WIRE_NET_VHOST, "vhost"},
		{WIRE_NET_DHCP_SERVER, "dhcp-server"},
		{WIRE_NET_NETNS, "netns"},
	};
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			json_array_append_new(array, json_string(names[i].name));
	return array;
}

/* Of the ports of a rule: null where it sets none. */
static json_t *limit_or_null(uint32_t limit)
{
	return limit == 0 ? json_null() : json_integer(limit);
}

static json_t *net_row(const struct wire_reply *reply)
{
	const struct wire_nets_reply *net = &reply->nets;
	bool permit = (net->flags & WIRE_NET_PERMIT) != 0;

	if (!permit)
		return json_pack("{s:s, s:s, s:o}", "bridge", net->pattern, "verdict", "deny",
			"rule", report_text(reply->text));
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:o, s:o, s:s, s:o, s:o}", "bridge",
		net->pattern, "verdict", "permit", "used", (int)net->used, "taps", (int)net->taps,
		"queues", (int)net->queues, "mtu", limit_or_null(net->mtu), "rate",
		limit_or_null(net->rate), "mac", net->flags & WIRE_NET_MAC_ANY ? "any" : "own",
		"options", net_options(net->flags), "rule", report_text(reply->text));
}

static uint32_t net_next(const struct wire_reply *reply)
{
	return reply->nets.next;
}

static json_t *mac_or_null(const uint8_t mac[MAC_SIZE])
{
	static const uint8_t zero[MAC_SIZE];
	char text[MAC_TEXT_SIZE] = {0};

	if (memcmp(mac, zero, MAC_SIZE) == 0)
		return json_null();
	mac_format(mac, text);
	return json_string(text);
}

static json_t *text_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *port_row(const struct wire_reply *reply)
{
	const struct wire_ports_reply *port = &reply->ports;
	bool client = (port->flags & WIRE_PORT_CLIENT) != 0;

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:i, s:I}", "interface",
		port->interface, "bridge", text_or_null(port->bridge), "state",
		port->flags & WIRE_PORT_UP ? "up" : "down", "mac", mac_or_null(port->mac),
		"host_mac", mac_or_null(port->host_mac), "vm",
		text_or_null(client ? "" : port->label), "client",
		text_or_null(client ? port->label : ""), "queues", (int)port->queues, "uid",
		(json_int_t)port->uid);
}

static uint32_t port_next(const struct wire_reply *reply)
{
	return reply->ports.next;
}

static const struct listing nets = {
	.operation = WIRE_NETS,
	.row = net_row,
	.next = net_next,
};

static const struct listing ports = {
	.operation = WIRE_PORTS,
	.row = port_row,
	.next = port_next,
};

/* Ask for the entry at the cursor. Returns 1 and moves the cursor behind it, 0 at the end, or
 * -errno with a sentence. */
static int fetch(const struct listing *listing, const struct netd_client *client, uint32_t *cursor,
	json_t *rows, char **reterr_text)
{
	struct wire_request request = {.operation = listing->operation};
	struct wire_reply reply = {0};
	OWNED_NETD_FDS fds = {0};
	json_t *row = NULL;
	int r = 0;

	if (listing->operation == WIRE_NETS)
		request.nets.cursor = *cursor;
	else
		request.ports.cursor = *cursor;
	r = netd_client_ask(client, &request, &reply, &fds, reterr_text);
	if (r < 0)
		return r;
	if (reply.code == CODE_END)
		return 0;
	if (reply.code != CODE_OK)
		return text_fail(
			reterr_text, -EPERM, "owvm-netd refused: %s", netd_client_reason(&reply));
	row = listing->row(&reply);
	if (row == NULL)
		abort();
	json_array_append_new(rows, row);
	*cursor = listing->next(&reply);
	return 1;
}

static int walk(const struct listing *listing, const struct netd_client *client, json_t *rows,
	char **reterr_text)
{
	uint32_t cursor = 0;
	int r = 1;

	for (size_t i = 0; r > 0; i++) {
		if (i == ENTRIES_MAX)
			return text_fail(reterr_text, -EPROTO, "owvm-netd's list does not end");
		r = fetch(listing, client, &cursor, rows, reterr_text);
	}
	return r;
}

int nets_fetch(const struct netd_client *client, json_t *rows, char **reterr_text)
{
	return walk(&nets, client, rows, reterr_text);
}

int nets_fetch_ports(const struct netd_client *client, json_t *rows, char **reterr_text)
{
	return walk(&ports, client, rows, reterr_text);
}

/* Does the pattern of a rule, a name or a beginning and '*', fit the bridge? */
static bool fits(const char *pattern, const char *bridge)
{
	size_t length = strlen(pattern);

	if (length > 0 && pattern[length - 1] == '*')
		return strncmp(pattern, bridge, length - 1) == 0;
	return strcmp(pattern, bridge) == 0;
}

bool nets_permit(const json_t *rules, const char *bridge)
{
	bool permitted = false;

	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *net = json_array_get(rules, i);
		const char *pattern = json_string_value(json_object_get(net, "bridge"));
		const char *verdict = json_string_value(json_object_get(net, "verdict"));

		if (pattern != NULL && verdict != NULL && fits(pattern, bridge))
			permitted = strcmp(verdict, "permit") == 0;
	}
	return permitted;
}
