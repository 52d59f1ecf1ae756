/* SPDX-License-Identifier: MIT
 * The watcher: what the kernel says of links is compared with what ports should be. */
#include "netd/front/watch.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netd/front/alias.h"
#include "netd/front/clients.h"
#include "netd/front/front.h"
#include "netd/front/port-table.h"
#include "netd/front/watch-drift.h"
#include "netd/kernel/link.h"
#include "netd/kernel/pair.h"
#include "netd/message/log.h"
#include "netd/message/order.h"

/* A back that is gone is noticed by the loop. */
static void order(const struct watch *watch, enum order_kind kind, int ifindex)
{
	const struct order order = {.kind = kind, .ifindex = ifindex};

	order_send(watch->front->orders, &order, -1);
}

/* Those of a bridge, which has no guest with an address. */
static void order_chains(const struct watch *watch, int ifindex)
{
	const struct order order = {.kind = ORDER_GUARD, .ifindex = ifindex, .learns = true};

	order_send(watch->front->orders, &order, -1);
}

/* Is what the kernel says of a port's bridge, `master`, another one than that of its alias? One
 * that was renamed, or is gone, does not count: nobody has that name then. Each bridge that it is
 * on is asked for once. */
static bool moved(
	const struct watch *watch, int master, const struct alias *alias, struct watch_link *entry)
{
	struct link bridge = {0};

	if (master == 0 || master == entry->master)
		return false;
	entry->master = master;
	return link_get_by_name(watch->front->route, alias->bridge, &bridge) == 0 &&
	       bridge.ifindex != master;
}

static void condemn(struct watch *watch, const struct link *link, const struct alias *alias,
	enum watch_drift drift)
{
	char reason[WATCH_DRIFT_SIZE] = "";

	order(watch, ORDER_DETACH, link->ifindex);
	/* Nobody pays for what an administrator did, what happened while nobody watched, or what
	 * concerned nobody else. */
	if (watch->surveyed > 0 && drift != WATCH_BRIDGE &&
		(drift == WATCH_EVENTS || !alias->cable))
		watch_table_lose(&watch->table, alias->uid, clients_now());
	watch_drift_describe(drift, link, alias, reason);
	log_line(LOG_WARNING, "uid %u loses port '%s' (label '%s') on bridge '%s': %s", alias->uid,
		link->name, alias->label, alias->bridge, reason);
}

/* Judge a port by its tap, and by the bridge that it, or its cable, is on. */
static void judge(struct watch *watch, const struct link *tap, int master, struct watch_link *entry)
{
	enum watch_drift drift = WATCH_NONE;
	struct alias alias = {0};

	if (entry->condemned || !alias_parse_port(tap, &alias, NULL))
		return;
	drift = watch_drift_judge(tap, &alias);
	if (drift == WATCH_NONE && watch_table_floods(entry))
		drift = WATCH_EVENTS;
	/* Its bridge was deleted, or it was taken off: its guest would speak to nobody, or to the
	 * host itself. */
	if (drift == WATCH_NONE && master == 0)
		order(watch, ORDER_STRAY, tap->ifindex);
	if (drift == WATCH_NONE && moved(watch, master, &alias, entry))
		drift = WATCH_BRIDGE;
	if (drift == WATCH_NONE)
		return;
	entry->condemned = true;
	condemn(watch, tap, &alias, drift);
}

/* The bridge of a port, as far as the table knows; 0: it is on none. */
static int master_of(const struct watch *watch, const struct link *tap)
{
	const struct port_table_entry *cable = port_table_cable(watch->front->ports, tap->ifindex);

	return cable == NULL ? tap->master : cable->master;
}

/* The bridge driver says that a port left by an RTM_DELLINK of its own family, which names the
 * bridge (br_ifinfo_notify() in net/bridge/br_netlink.c of the kernel). */
static int left_bridge(struct nlmsghdr *header)
{
	struct nlattr *master = nlmsg_find_attr(header, sizeof(struct ifinfomsg), IFLA_MASTER);

	return header->nlmsg_type == RTM_DELLINK && master != NULL ? (int)nla_get_u32(master) : 0;
}

/* The end of a cable changed or is gone: is its tap still a port as it should be? While a port is
 * made, its tap is none yet. */
static void take_cable(struct watch *watch, int tap, int master)
{
	struct port_table *ports = watch->front->ports;
	const struct port_table_entry *port = port_table_find(ports, tap);
	struct watch_link *entry = watch_table_find(&watch->table, tap, clients_now());
	struct link link = {0};

	if (port != NULL && port->is_port && (master == 0 || master != entry->master) &&
		link_get(watch->front->route, tap, &link) == 0)
		judge(watch, &link, master, entry);
}

static void take_end(struct watch *watch, const struct link *link)
{
	uint32_t uid = 0;
	unsigned int slot = 0;
	int tap = pair_tap(link);

	port_table_drop(watch->front->ports, link->ifindex);
	if (tap > 0) {
		take_cable(watch, tap, 0);
		order(watch, ORDER_SETTLE, tap);
	} else if (link->group == LINK_GROUP_BRIDGE || ifname_slot_parse(link->name, &uid, &slot)) {
		watch->left = clients_now();
		order(watch, ORDER_SETTLE, link->ifindex);
	}
}

/* What it says is the kernel's word, but for uids, which are numbers of the user namespace of
 * whoever caused it; and it may be the only trace of what was changed back since. */
static void take_change(struct watch *watch, const struct link *link, struct watch_link *entry)
{
	struct port_table *ports = watch->front->ports;
	const struct port_table_entry *before = port_table_find(ports, link->ifindex);
	int tap = pair_tap(link);

	/* A bridge that is renamed loses what keeps the host off it. */
	if (link_is_own_bridge(link) && before != NULL && strcmp(before->name, link->name) != 0)
		order_chains(watch, link->ifindex);
	port_table_take(ports, link);
	if (tap > 0)
		take_cable(watch, tap, link->master);
	else
		judge(watch, link, master_of(watch, link), entry);
}

void watch_take(struct nlmsghdr *header, void *context)
{
	const struct ifinfomsg *head = nlmsg_data(header);
	struct watch *watch = context;
	struct watch_link *entry = NULL;
	struct link link = {0};

	if (!nlmsg_valid_hdr(header, sizeof(*head)))
		return;
	if (head->ifi_family == AF_BRIDGE) {
		int bridge = left_bridge(header);

		if (bridge > 0)
			order(watch, ORDER_SETTLE, bridge);
		return;
	}
	entry = watch_table_count(&watch->table, head->ifi_index, clients_now());
	/* In a flood only the first announcement too many is read, and the last one. */
	if (entry->events > WATCH_EVENTS_MAX + 1 && header->nlmsg_type != RTM_DELLINK)
		watch->front->ports->whole = false;
	else if (!link_parse(header, &link))
		return;
	else if (header->nlmsg_type == RTM_DELLINK)
		take_end(watch, &link);
	else
		take_change(watch, &link, entry);
}

static void order_guards(const struct watch *watch, int tap, const struct alias *alias)
{
	struct order order = {.kind = ORDER_GUARD,
		.ifindex = tap,
		.learns = alias->learns,
		.ip = alias->ip,
		.dhcp_server = alias->dhcp_server,
		.rate = alias->rate};

	memcpy(order.mac, alias->guest, MAC_SIZE);
	memcpy(order.host_mac, alias->host, MAC_SIZE);
	order_send(watch->front->orders, &order, -1);
}

/* What is not as it should be goes; of what is, the guards may be gone. */
static void survey_port(struct watch *watch, const struct link *link)
{
	struct watch_link *entry = watch_table_count(&watch->table, link->ifindex, clients_now());
	struct alias alias = {0};

	judge(watch, link, master_of(watch, link), entry);
	if (!entry->condemned && alias_parse_port(link, &alias, NULL))
		order_guards(watch, link->ifindex, &alias);
}

/* A dump that changes interrupted is good enough: what changes meanwhile is announced. A link
 * cannot be judged while a dump runs, as that asks the kernel more. */
static void survey_found(struct watch *watch)
{
	const struct port_table *ports = watch->front->ports;

	for (size_t i = 0; i < ports->n; i++) {
		const struct port_table_entry *found = &ports->entries[i];
		struct link link = {0};

		/* A cable whose tap is gone goes with it. */
		if (found->tap > 0 && port_table_find(ports, found->tap) == NULL)
			order(watch, ORDER_SETTLE, found->tap);
		if (found->client && !found->is_port)
			order(watch, ORDER_STRAY, found->ifindex);
		if ((!found->is_port && !found->own) ||
			link_get(watch->front->route, found->ifindex, &link) < 0)
			continue;
		if (!link_is_own_bridge(&link)) {
			survey_port(watch, &link);
			continue;
		}
		order_chains(watch, link.ifindex);
		order(watch, ORDER_SETTLE, link.ifindex);
	}
}

int watch_survey(struct watch *watch, bool urgent)
{
	int64_t now = clients_now();
	const struct order sweep = {.kind = ORDER_SWEEP};

	if (!urgent && watch->surveyed > 0 && now - watch->surveyed < WATCH_SURVEY_TIME)
		return (int)(WATCH_SURVEY_TIME - (now - watch->surveyed));
	port_table_fill(watch->front->ports, watch->front->route);
	survey_found(watch);
	/* Only now: of what the first one finds nobody knows when it happened. */
	watch->surveyed = now;
	return order_send(watch->front->orders, &sweep, -1);
}
