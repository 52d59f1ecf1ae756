/* SPDX-License-Identifier: MIT
 * Fuzz target "request": is what a client got what it may have, and as it should be? */
#include <string.h>

#include "common/wire.h"
#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request-make.h"

/* What is tied together, and how. */
static void check_cable(struct request_run *run, const struct kernel_link *tap)
{
	const struct kernel_link *outer = kernel_find(&run->kernel, tap->redirect);

	EXPECT(tap->link.master == 0 && outer != NULL && outer->redirect == tap->link.ifindex);
	EXPECT(outer->link.up && outer->link.master == 0 && outer->no_checksums);
}

/* What of a port is on its bridge. */
static const struct kernel_link *port_of(
	struct request_run *run, const struct kernel_link *tap, bool cable)
{
	const struct kernel_link *outer = kernel_find(&run->kernel, tap->redirect);

	return !cable ? tap : outer == NULL ? NULL : kernel_find(&run->kernel, outer->link.peer);
}

void request_check_guards(struct request_run *run, int ifindex)
{
	struct kernel *kernel = &run->kernel;
	const struct kernel_link *tap = kernel_find(kernel, ifindex);
	const struct kernel_link *outer = kernel_find(kernel, tap->redirect);
	const struct kernel_link *port = port_of(run, tap, outer != NULL);
	const struct kernel_chain *from = kernel_find_chain_of(kernel, "port", ifindex);
	const struct kernel_chain *to = kernel_find_chain_of(kernel, "to", ifindex);

	EXPECT(from != NULL && from->rules > 1 && kernel_has_device(from, port->link.name));
	EXPECT(to != NULL && kernel_has_device(to, tap->link.name));
	EXPECT(to->forward == (outer == NULL ? 0 : ifindex));
	EXPECT(kernel_has_device(to, port->link.name));
	if (!link_is_own_bridge(&kernel_find(kernel, port->link.master)->link))
		return;
	EXPECT(kernel_find_chain_of(kernel, "host", port->link.master) != NULL);
	EXPECT(kernel_find_chain_of(kernel, "away", port->link.master) != NULL);
}

static bool is_pinned(struct kernel *kernel, int port, const uint8_t mac[MAC_SIZE])
{
	for (size_t i = 0; i < KERNEL_ENTRIES; i++)
		if (kernel->entries[i].port == port && kernel->entries[i].pinned &&
			memcmp(kernel->entries[i].mac, mac, MAC_SIZE) == 0)
			return true;
	return false;
}

static void check_settings(const struct link *link, const struct wire_tap_reply *tap)
{
	EXPECT(link->up && link->mtu == tap->mtu && !link->tun.persist);
	EXPECT(memcmp(link->mac, tap->host_mac, MAC_SIZE) == 0);
	EXPECT(strncmp(link->alias, "owvm port ", strlen("owvm port ")) == 0);
}

static bool is_all_zero(const uint8_t mac[MAC_SIZE])
{
	static const uint8_t none[MAC_SIZE];

	return memcmp(mac, none, MAC_SIZE) == 0;
}

/* What the kernel really has, whatever was asked of it. */
static void check_armed(struct request_run *run, const struct kernel_link *tap,
	const struct policy_rule *rule, const struct wire_tap_reply *reply)
{
	/* Where others are, or anything is guarded, the holder's end is not on the bridge. */
	const bool cable = reply->peer[0] != '\0' || rule->pattern != POLICY_OWN ||
			   rule->mac != POLICY_MAC_ANY || !rule->dhcp_server || rule->ip.prefix > 0;
	const bool learns = is_all_zero(reply->mac);
	const struct kernel_link *port = port_of(run, tap, cable), *bridge = NULL;

	if (cable)
		check_cable(run, tap);
	EXPECT(port != NULL);
	bridge = kernel_find(&run->kernel, port->link.master);
	EXPECT(bridge != NULL && strcmp(bridge->link.name, reply->bridge) == 0);
	check_settings(&tap->link, reply);
	check_settings(&port->link, reply);
	EXPECT(strcmp(tap->link.alias, port->link.alias) == 0);
	EXPECT(port->link.port.locked == !learns && port->link.port.learning == learns);
	EXPECT(port->link.port.guard && port->link.port.root_block);
	EXPECT(port->link.port.isolated == rule->isolated);
	EXPECT(learns || is_pinned(&run->kernel, port->link.ifindex, reply->mac));
	EXPECT(rule->mtu == 0 || port->link.mtu == rule->mtu);
	request_check_guards(run, tap->link.ifindex);
}

/* The end in the namespace, which is the client's own. */
static void check_inside(struct request_run *run, const struct request_client *client,
	const struct kernel_link *slot, const struct wire_tap_reply *reply)
{
	const struct kernel_link *end = kernel_find(&run->kernel, slot->link.peer);

	EXPECT(!run->kernel.host_is_it && run->kernel.owner == client->peer->uid);
	EXPECT(slot->link.group == LINK_GROUP_CLIENT && client->n == 0);
	EXPECT(end != NULL && end->away && strcmp(end->link.name, reply->peer) == 0);
	EXPECT(end->link.mtu == reply->mtu);
	EXPECT(is_all_zero(reply->mac) || memcmp(end->link.mac, reply->mac, MAC_SIZE) == 0);
}

static void check_port(struct request_run *run, struct request_client *client,
	const struct wire_request *request, const struct wire_reply *reply)
{
	const struct wire_tap_reply *tap = &reply->tap;
	const struct kernel_link *port = kernel_find_name(&run->kernel, tap->interface);
	const bool inside = request->operation == WIRE_CLIENT;
	const unsigned int queues = inside ? 0 : request->tap.queues;
	struct policy_query query = {.subject = {.uid = client->peer->uid,
					     .gids = client->peer->gids,
					     .n_gids = client->peer->n_gids},
		.bridge = request->tap.bridge,
		.mac = request->tap.flags & WIRE_WITH_MAC ? request->tap.mac : NULL,
		.queues = inside ? 1 : queues,
		.vhost = (request->tap.flags & WIRE_WITH_VHOST) != 0,
		.netns = inside};
	struct policy_decision decision = {.code = CODE_BUSY};
	uint32_t uid = 0;
	unsigned int slot = 0;

	policy_decide(run->policy, &query, &decision);
	EXPECT(decision.code == CODE_OK && reply->taps == queues);
	EXPECT(ifname_slot_parse(tap->interface, &uid, &slot) && slot < decision.rule->taps);
	EXPECT(uid == client->peer->uid && tap->uid == uid);
	EXPECT(strcmp(tap->bridge, request->tap.bridge) == 0);
	EXPECT(memcmp(tap->mac, request->tap.mac, MAC_SIZE) == 0);
	EXPECT(reply->vhosts == 0 || decision.rule->vhost);
	EXPECT(port != NULL && (port->end >= 0) == !inside);
	client->tap = port->link.ifindex;
	client->inside = inside;
	if (inside && !run->kernel.lied)
		check_inside(run, client, port, tap);
	if (!run->kernel.lied)
		check_armed(run, port, decision.rule, tap);
}

void request_check(struct request_run *run, struct request_client *client, const uint8_t *data)
{
	struct wire_request request = {.operation = WIRE_NETS};
	struct wire_reply reply = {.code = CODE_BUSY};
	enum code code = wire_decode_request(client->data, client->size, &request);

	EXPECT(wire_decode_reply(data, WIRE_REPLY_SIZE, &reply) == 0);
	EXPECT(client->n == (size_t)reply.taps + reply.vhosts);
	EXPECT(code == CODE_OK ? reply.operation == request.operation : reply.code == code);
	for (const char *c = reply.text; *c != '\0'; c++)
		EXPECT(*c >= ' ' && *c < 0x7f);
	EXPECT((reply.code == CODE_OK || reply.code == CODE_END) || reply.text[0] != '\0');
	if (reply.code == CODE_OK &&
		(reply.operation == WIRE_TAP || reply.operation == WIRE_CLIENT))
		check_port(run, client, &request, &reply);
}
