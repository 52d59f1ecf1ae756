/* SPDX-License-Identifier: MIT
 * The two lists that a client can walk: the rules that apply to it, and its ports. */
#include "netd/front/list.h"

#include <stdio.h>
#include <string.h>

#include "netd/front/front.h"
#include "netd/front/hear.h"
#include "netd/front/port-table.h"
#include "netd/message/reply.h"

static uint32_t net_flags(const struct policy_rule *rule)
{
	return (rule->permit ? WIRE_NET_PERMIT : 0) | (rule->create ? WIRE_NET_CREATE : 0) |
	       (rule->mac == POLICY_MAC_ANY ? WIRE_NET_MAC_ANY : 0) |
	       (rule->isolated ? WIRE_NET_ISOLATED : 0) | (rule->vhost ? WIRE_NET_VHOST : 0) |
	       (rule->dhcp_server ? WIRE_NET_DHCP_SERVER : 0) | (rule->netns ? WIRE_NET_NETNS : 0);
}

/* Is it a port of that user, or (root) of anybody? */
static bool concerns(const struct port_table_entry *entry, uint32_t uid)
{
	return entry->is_port && (entry->uid == uid || uid == 0);
}

/* The bridge that a port is on, by its cable or itself; 0: none. */
static int bridge_of(const struct port_table *ports, const struct port_table_entry *port)
{
	const struct port_table_entry *cable = port_table_cable(ports, port->ifindex);

	return cable == NULL ? port->master : cable->master;
}

/* Bring the ports of that user up to date. A new alias of a link that is down is not announced
 * (netdev_state_change() of the kernel). Who is down and on no bridge itself is on its way out: to
 * ask would wait for the end of it. Returns 0, or -errno: the kernel does not list its links. */
static int update(const struct front *front, uint32_t uid)
{
	struct port_table *ports = front->ports;
	int error = hear_ports(front);

	/* From the end: who is gone leaves the table. */
	for (size_t i = error == 0 ? ports->n : 0; i > 0; i--) {
		const struct port_table_entry *entry = &ports->entries[i - 1];

		if (concerns(entry, uid) && !entry->up && entry->master != 0)
			port_table_ask(ports, front->route, entry->ifindex);
	}
	return error;
}

/* How many ports the user has in slots below `below`. */
static unsigned int count(const struct port_table *ports, uint32_t uid, unsigned int below)
{
	unsigned int n = 0;

	for (size_t i = 0; i < ports->n; i++)
		if (ports->entries[i].is_port && ports->entries[i].uid == uid &&
			ports->entries[i].slot < below)
			n++;
	return n;
}

/* The next port that concerns the user, in the order of ifindex; NULL: none. What has come or gone
 * since the cursor was given is no matter: it is no position. */
static const struct port_table_entry *next(
	const struct port_table *ports, uint32_t uid, uint32_t cursor)
{
	for (size_t i = 0; i < ports->n; i++)
		if ((uint32_t)ports->entries[i].ifindex > cursor &&
			concerns(&ports->entries[i], uid))
			return &ports->entries[i];
	return NULL;
}

static bool admit(
	const struct front *front, const struct policy_subject *subject, struct wire_reply *reply)
{
	char text[WIRE_TEXT_SIZE] = "";
	enum code code = policy_admit(front->policy, subject, text);

	return code == CODE_OK || reply_refuse(reply, code, "%s", text);
}

static void fill_net(const struct policy_rule *rule, const struct policy_subject *subject,
	unsigned int used, struct wire_reply *reply)
{
	struct wire_nets_reply *net = &reply->nets;

	net->flags = net_flags(rule);
	policy_pattern_format(rule, subject->uid, net->pattern);
	net->taps = (uint16_t)rule->taps;
	net->used = (uint16_t)used;
	net->queues = (uint16_t)rule->queues;
	net->mtu = rule->mtu;
	net->rate = rule->rate;
	snprintf(reply->text, sizeof(reply->text), "%s:%u", rule->file, rule->line);
}

void list_nets(const struct front *front, const struct policy_subject *subject,
	const struct wire_nets_request *request, struct wire_reply *reply)
{
	const struct policy_rule *rule = NULL;
	uint32_t cursor = request->cursor;

	if (!admit(front, subject, reply))
		return;
	rule = policy_next(front->policy, subject, &cursor);
	if (rule == NULL) {
		reply_refuse(reply, CODE_END, "%s", "");
		return;
	}
	if (update(front, subject->uid) < 0) {
		reply_refuse(reply, CODE_KERNEL, "the kernel does not list its links");
		return;
	}
	/* That is what the rule bounds: ports of other rules may have higher slots. */
	fill_net(rule, subject, count(front->ports, subject->uid, rule->taps), reply);
	reply->nets.next = cursor;
}

/* An administrator may have given it a name that the protocol cannot bear. */
static const char *bridge_name(const struct port_table *ports, int ifindex)
{
	const struct port_table_entry *bridge = port_table_find(ports, ifindex);

	if (bridge != NULL && !bridge->is_port && ifname_valid(bridge->name, strlen(bridge->name)))
		return bridge->name;
	return "";
}

static void fill_port(const struct port_table *ports, const struct port_table_entry *entry,
	struct wire_reply *reply)
{
	struct wire_ports_reply *port = &reply->ports;

	port->next = (uint32_t)entry->ifindex;
	port->uid = entry->uid;
	memcpy(port->interface, entry->name, IFNAME_SIZE);
	snprintf(port->bridge, IFNAME_SIZE, "%s", bridge_name(ports, bridge_of(ports, entry)));
	memcpy(port->mac, entry->guest, MAC_SIZE);
	memcpy(port->host_mac, entry->host, MAC_SIZE);
	port->flags = (entry->up ? WIRE_PORT_UP : 0) | (entry->client ? WIRE_PORT_CLIENT : 0);
	port->queues = entry->queues;
	memcpy(port->label, entry->label, WIRE_LABEL_SIZE);
}

void list_ports(const struct front *front, const struct policy_subject *subject,
	const struct wire_ports_request *request, struct wire_reply *reply)
{
	const struct port_table_entry *entry = NULL;

	/* A broken policy hides nobody's own ports; identity is refused all the same. */
	if (!admit(front, subject, reply) && reply->code != CODE_POLICY_BROKEN)
		return;
	*reply = (struct wire_reply){.operation = WIRE_PORTS};
	if (update(front, subject->uid) < 0) {
		reply_refuse(reply, CODE_KERNEL, "the kernel does not list its links");
		return;
	}
	entry = next(front->ports, subject->uid, request->cursor & INT32_MAX);
	if (entry == NULL)
		reply_refuse(reply, CODE_END, "%s", "");
	else
		fill_port(front->ports, entry, reply);
}
