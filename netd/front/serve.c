/* SPDX-License-Identifier: MIT
 * One request: read, decide, then refuse, list or order. */
#include "netd/front/serve.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fdpass.h"
#include "netd/front/alias.h"
#include "netd/front/check.h"
#include "netd/front/clients.h"
#include "netd/front/front.h"
#include "netd/front/leftovers.h"
#include "netd/front/list.h"
#include "netd/front/loglimit.h"
#include "netd/front/peer.h"
#include "netd/front/random.h"
#include "netd/front/watch.h"
#include "netd/message/log.h"
#include "netd/message/order.h"
#include "netd/message/reply.h"
#include "policy/policy.h"

/* A virtio header (linux/virtio_net.h) tells where in the frame a checksum belongs, at any place:
 * it is written when the frame leaves the host, behind all guards; and the tap's holder may give it
 * another address, which takes frames from others. So a tap is itself on a bridge only where both
 * concern its user alone: on his own, with a rule that guards nothing. */
static bool needs_cable(const struct policy_rule *rule)
{
	return rule->pattern != POLICY_OWN || rule->mac != POLICY_MAC_ANY || !rule->dhcp_server ||
	       rule->ip.prefix > 0;
}

/* Addresses that nobody can foresee, and the port's alias. */
static void describe(struct order *order, const char *label)
{
	struct alias alias = {.uid = order->uid,
		.learns = order->learns,
		.queues = order->queues,
		.ip = order->ip,
		.dhcp_server = order->dhcp_server,
		.cable = order->cable,
		.client = order->queues == 0,
		.rate = order->rate};

	random_mac(order->host_mac);
	random_mac(order->bridge_mac);
	memcpy(alias.bridge, order->bridge, IFNAME_SIZE);
	memcpy(alias.guest, order->mac, MAC_SIZE);
	memcpy(alias.host, order->host_mac, MAC_SIZE);
	memcpy(alias.label, label, WIRE_LABEL_SIZE);
	alias_format(&alias, order->alias);
}

/* What a request for a port asks for: one for a tap, and the name of a client's interface. */
struct wanted {
	struct wire_tap_request tap;
	char peer[IFNAME_SIZE]; /* empty: a tap */
	uint32_t mtu;		/* of the bridge */
};

/* Returns 0 or -errno. */
static int order_port(const struct front *front, int client, uint32_t uid,
	const struct wanted *wanted, const struct policy_rule *rule)
{
	const struct wire_tap_request *request = &wanted->tap;
	bool is_client = wanted->peer[0] != '\0';
	struct order order = {
		.kind = ORDER_PORT,
		.uid = uid,
		.taps = rule->taps,
		.queues = is_client ? 0 : request->queues,
		.mtu = rule->mtu == 0 && is_client ? wanted->mtu : rule->mtu,
		.rate = rule->rate,
		.cable = is_client || needs_cable(rule),
		.vhost = (request->flags & WIRE_WITH_VHOST) != 0,
		.create = rule->create && check_may_make(request->bridge),
		.isolated = rule->isolated,
		.dhcp_server = rule->dhcp_server,
		.ip = rule->ip,
		.address = rule->address,
		.learns = !(request->flags & WIRE_WITH_MAC),
		.quiet = !loglimit_take(front->limit, uid, LOGLIMIT_ORDER, clients_now()),
	};
	int length = snprintf(order.rule, sizeof(order.rule), "%s:%u", rule->file, rule->line);

	assert(length > 0 && (size_t)length < sizeof(order.rule));
	memcpy(order.mac, request->mac, MAC_SIZE);
	memcpy(order.bridge, request->bridge, IFNAME_SIZE);
	memcpy(order.peer, wanted->peer, IFNAME_SIZE);
	describe(&order, request->label);
	return order_send(front->orders, &order, client);
}

/* Who misused netd a moment ago, or lost very many ports? */
static bool check_cooldown(const struct front *front, uint32_t uid, struct wire_reply *reply)
{
	bool misused = false;
	unsigned int left = front->watch == NULL ? 0
						 : watch_table_left(&front->watch->table, uid,
							   clients_now(), &misused);

	if (left == 0)
		return true;
	if (misused)
		return reply_refuse(reply, CODE_DENIED,
			"uid %u misused owvm-netd (the log of owvm-netd says how) and is refused for "
			"%u s more",
			uid, left);
	return reply_refuse(reply, CODE_BUSY,
		"uid %u lost more than %d ports within a minute (the log of owvm-netd says how); "
		"the next one is made in %u s",
		uid, WATCH_LOST_MAX, left);
}

/* The service hears of leftovers in slots. The helper has the back look for them before the port is
 * made, where there is no other slot. */
static bool has_slot(const struct front *front, uint32_t uid, const struct policy_rule *rule,
	struct wire_reply *reply)
{
	if (check_quota(front->orders, uid, rule, reply))
		return true;
	if (front->watch != NULL)
		return false;
	(void)leftovers_clear(front, uid);
	return true;
}

/* Returns true where the back replies. */
static bool handle_port(const struct front *front, int client, const struct policy_subject *subject,
	struct wanted *wanted, struct wire_reply *reply)
{
	const struct wire_tap_request *request = &wanted->tap;
	struct policy_query query = {
		.subject = *subject,
		.bridge = request->bridge,
		.mac = request->flags & WIRE_WITH_MAC ? request->mac : NULL,
		.queues = request->queues,
		.vhost = (request->flags & WIRE_WITH_VHOST) != 0,
		.netns = wanted->peer[0] != '\0',
	};
	struct policy_decision decision = {0};
	int error = 0;

	if (!check_cooldown(front, subject->uid, reply))
		return false;
	policy_decide(front->policy, &query, &decision);
	if (decision.code != CODE_OK)
		return reply_refuse(reply, decision.code, "%s", decision.text);
	if (!has_slot(front, subject->uid, decision.rule, reply))
		return false;
	if (!check_bridge(front->route, request, decision.rule, &wanted->mtu, reply))
		return false;
	error = order_port(front, client, subject->uid, wanted, decision.rule);
	/* A back that is gone is noticed by the loop; its client sees the connection end. */
	if (error < 0 && error != -EPIPE && error != -ECONNRESET)
		return reply_refuse(reply, CODE_BUSY, REPLY_BUSY);
	return true;
}

/* What a client is called in its namespace is its label, too. */
static struct wanted wanted_client(const struct wire_client_request *request)
{
	struct wanted wanted = {.tap = {.flags = request->flags, .queues = 1}};

	memcpy(wanted.tap.bridge, request->bridge, IFNAME_SIZE);
	memcpy(wanted.tap.mac, request->mac, MAC_SIZE);
	memcpy(wanted.tap.label, request->interface, IFNAME_SIZE);
	memcpy(wanted.peer, request->interface, IFNAME_SIZE);
	return wanted;
}

/* Returns true where the back replies, false where *reply is to be sent. */
static bool handle(const struct front *front, int client, const struct policy_subject *subject,
	const struct wire_request *request, struct wire_reply *reply)
{
	struct wanted wanted = {.mtu = 0};

	switch (request->operation) {
	case WIRE_TAP:
		wanted.tap = request->tap;
		return handle_port(front, client, subject, &wanted, reply);
	case WIRE_CLIENT:
		wanted = wanted_client(&request->client);
		return handle_port(front, client, subject, &wanted, reply);
	case WIRE_NETS:
		list_nets(front, subject, &request->nets, reply);
		return false;
	case WIRE_PORTS:
		list_ports(front, subject, &request->ports, reply);
		return false;
	}
	return false;
}

/* Everything in data is client-controlled from here; it leaves as a request that was checked. */
static bool answer(const struct front *front, int client, const struct peer *peer,
	const uint8_t *data, size_t length, struct wire_reply *reply)
{
	struct policy_subject subject = {
		.uid = peer->uid, .gids = peer->gids, .n_gids = peer->n_gids};
	struct wire_request request = {0};
	enum code code = wire_decode_request(data, length, &request);

	if (code != CODE_OK)
		return reply_refuse(reply, code,
			"the request was not understood (%s): client and owvm-netd are of different "
			"versions",
			code_text(code));
	reply->operation = request.operation;
	return handle(front, client, &subject, &request, reply);
}

/* A client that has left, or that takes nothing, gets nothing. */
static void send_reply(int client, const struct wire_reply *reply)
{
	uint8_t data[WIRE_REPLY_SIZE] = {0};

	wire_encode_reply(reply, data);
	(void)fdpass_send(client, data, sizeof(data), NULL, 0);
}

size_t serve_receive(int client, uint8_t data[SERVE_SIZE])
{
	ssize_t length = 0;

	do
		length = recv(client, data, SERVE_SIZE, 0);
	while (length < 0 && errno == EINTR);
	return length < 0 ? 0 : (size_t)length;
}

bool serve_may_log(const struct front *front, uint32_t uid, enum code code)
{
	/* Of subordinate uids one user has very many. */
	uint32_t who = code == CODE_IDENTITY ? LOGLIMIT_OTHERS : uid;

	return loglimit_take(front->limit, who, LOGLIMIT_REFUSAL, clients_now());
}

static void log_refusal(const struct front *front, uint32_t uid, const struct wire_reply *reply)
{
	if (serve_may_log(front, uid, reply->code))
		log_line(LOG_INFO, "uid %u refused: %s", uid, reply->text);
}

void serve_message(const struct front *front, int client, const struct peer *peer,
	const uint8_t *data, size_t length)
{
	struct wire_reply reply = {0};

	if (answer(front, client, peer, data, length, &reply))
		return;
	/* An empty message is refused like any other, but who has left looks the same. */
	if (reply.code != CODE_OK && reply.code != CODE_END && length > 0)
		log_refusal(front, peer->uid, &reply);
	send_reply(client, &reply);
}

void serve_refusal(const struct front *front, int client, uint32_t uid, enum code code,
	const char *text, bool read)
{
	uint8_t data[SERVE_SIZE] = {0};
	struct wire_reply reply = {0};

	if (read)
		serve_receive(client, data);
	reply_refuse(&reply, code, "%s", text);
	log_refusal(front, uid, &reply);
	send_reply(client, &reply);
}
