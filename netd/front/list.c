/* SPDX-License-Identifier: MIT
 * The two lists that a client can walk: the rules that apply to it, and its ports. */
#include "netd/front/list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "netd/front/alias-parse.h"
#include "netd/front/front.h"
#include "netd/front/links.h"
#include "netd/kernel/link.h"
#include "netd/message/reply.h"

static uint32_t net_flags(const struct policy_rule *rule)
{
	return (rule->permit ? WIRE_NET_PERMIT : 0) | (rule->create ? WIRE_NET_CREATE : 0) |
	       (rule->mac == POLICY_MAC_ANY ? WIRE_NET_MAC_ANY : 0) |
	       (rule->isolated ? WIRE_NET_ISOLATED : 0) | (rule->vhost ? WIRE_NET_VHOST : 0) |
	       (rule->dhcp_server ? WIRE_NET_DHCP_SERVER : 0);
}

/* A search through all ports for one subject. */
struct search {
	uint32_t uid;
	bool everybody;
	int after;	    /* ifindex */
	unsigned int below; /* slots of a lower number are counted */
	unsigned int count;
	bool found;
	struct link best; /* the lowest ifindex behind `after` */
	struct alias alias;
};

static void visit(const struct link *link, void *context)
{
	struct search *search = context;
	struct alias alias = {0};
	uint32_t uid = 0;
	unsigned int slot = 0;

	if (!ifname_slot_parse(link->name, &uid, &slot) || !alias_parse(link->alias, &alias) ||
		(uid != search->uid && !search->everybody))
		return;
	search->count += slot < search->below ? 1 : 0;
	if (link->ifindex <= search->after ||
		(search->found && link->ifindex >= search->best.ifindex))
		return;
	search->found = true;
	search->best = *link;
	search->alias = alias;
}

/* Let the search, which must be one that has found nothing yet, look at all ports. */
static int find(const struct front *front, struct search *search)
{
	const struct search wanted = *search;
	int error = -EINTR;

	for (int i = 0; i < LINK_DUMP_TRIES && error == -EINTR; i++) {
		*search = wanted;
		error = links_each(front->route, "tun", visit, search);
	}
	return error;
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
	snprintf(reply->text, sizeof(reply->text), "%s:%u", rule->file, rule->line);
}

void list_nets(const struct front *front, const struct policy_subject *subject,
	const struct wire_nets_request *request, struct wire_reply *reply)
{
	const struct policy_rule *rule = NULL;
	uint32_t cursor = request->cursor;
	struct search search = {.uid = subject->uid};

	if (!admit(front, subject, reply))
		return;
	rule = policy_next(front->policy, subject, &cursor);
	if (rule == NULL) {
		reply_refuse(reply, CODE_END, "%s", "");
		return;
	}
	/* That is what the rule bounds: ports of other rules may have higher slots. */
	search.below = rule->taps;
	if (find(front, &search) < 0) {
		reply_refuse(reply, CODE_KERNEL, "the kernel does not list its links");
		return;
	}
	fill_net(rule, subject, search.count, reply);
	reply->nets.next = cursor;
}

/* An administrator may have given it a name that the protocol cannot bear. */
static const char *bridge_name(const struct front *front, int ifindex, struct link *bridge)
{
	if (ifindex > 0 && link_get(front->route, ifindex, bridge) == 0 &&
		strcmp(bridge->kind, "bridge") == 0 &&
		ifname_valid(bridge->name, strlen(bridge->name)))
		return bridge->name;
	return "";
}

static void fill_port(
	const struct front *front, const struct search *search, struct wire_reply *reply)
{
	struct wire_ports_reply *port = &reply->ports;
	struct link bridge = {0};

	port->next = (uint32_t)search->best.ifindex;
	port->uid = search->alias.uid;
	memcpy(port->interface, search->best.name, IFNAME_SIZE);
	snprintf(port->bridge, IFNAME_SIZE, "%s", bridge_name(front, search->best.master, &bridge));
	memcpy(port->mac, search->alias.guest, MAC_SIZE);
	memcpy(port->host_mac, search->alias.host, MAC_SIZE);
	port->flags = search->best.up ? WIRE_PORT_UP : 0;
	port->queues = (uint16_t)search->alias.queues;
	memcpy(port->label, search->alias.label, WIRE_LABEL_SIZE);
}

void list_ports(const struct front *front, const struct policy_subject *subject,
	const struct wire_ports_request *request, struct wire_reply *reply)
{
	struct search search = {.uid = subject->uid,
		.everybody = subject->uid == 0,
		.after = (int)(request->cursor & INT32_MAX)};

	/* A broken policy hides nobody's own ports; identity is refused all the same. */
	if (!admit(front, subject, reply) && reply->code != CODE_POLICY_BROKEN)
		return;
	*reply = (struct wire_reply){.operation = WIRE_PORTS};
	if (find(front, &search) < 0)
		reply_refuse(reply, CODE_KERNEL, "the kernel does not list its links");
	else if (!search.found)
		reply_refuse(reply, CODE_END, "%s", "");
	else
		fill_port(front, &search, reply);
}
