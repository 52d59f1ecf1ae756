/* SPDX-License-Identifier: MIT
 * The watcher: what the kernel says of links is compared with what ports should be. */
#include "netd/front/watch.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netd/front/alias-parse.h"
#include "netd/front/clients.h"
#include "netd/front/front.h"
#include "netd/front/links.h"
#include "netd/front/port-table.h"
#include "netd/front/watch-drift.h"
#include "netd/message/log.h"
#include "netd/message/order.h"

/* A back that is gone is noticed by the loop. */
static void order(const struct watch *watch, enum order_kind kind, int ifindex)
{
	const struct order order = {.kind = kind, .ifindex = ifindex};

	order_send(watch->front->orders, &order, -1);
}

/* Is the port on another bridge than that of its alias? One that was renamed, or is gone, does not
 * count: nobody has that name then. Each bridge that it is on is asked for once. */
static bool moved(const struct watch *watch, const struct link *link, const struct alias *alias,
	struct watch_link *entry)
{
	struct link bridge = {0};

	if (link->master == 0 || link->master == entry->master)
		return false;
	entry->master = link->master;
	return link_get_by_name(watch->front->route, alias->bridge, &bridge) == 0 &&
	       bridge.ifindex != link->master;
}

static void order_restore(const struct watch *watch, int ifindex, const struct alias *alias)
{
	struct order order = {.kind = ORDER_RESTORE,
		.ifindex = ifindex,
		.learns = alias->learns,
		.ip = alias->ip,
		.dhcp_server = alias->dhcp_server};

	memcpy(order.mac, alias->guest, MAC_SIZE);
	order_send(watch->front->orders, &order, -1);
}

static void restore_one(const struct link *link, void *context)
{
	const struct watch *watch = context;
	struct alias alias = {0};

	if (!alias_parse_port(link, &alias, NULL) || alias.learns)
		return;
	for (size_t i = 0; i < watch->n_robbed; i++)
		if (link->master == watch->robbed[i])
			order_restore(watch, link->ifindex, &alias);
}

/* A foreign address on a port takes the static entry away from the port whose it is, and it may
 * have been several in turn. One walk for all ports that drifted; an inconsistent dump only misses
 * links that changed just now. */
static void restore(struct watch *watch)
{
	if (watch->n_robbed == 0)
		return;
	links_each(watch->front->route, "tun", restore_one, watch);
	watch->n_robbed = 0;
}

static void note_robbed(struct watch *watch, int bridge)
{
	for (size_t i = 0; i < watch->n_robbed; i++)
		if (watch->robbed[i] == bridge)
			return;
	if (watch->n_robbed == WATCH_ROBBED_MAX)
		restore(watch);
	watch->robbed[watch->n_robbed++] = bridge;
}

/* Is the user refused for it? Not for what others can have done, or what happened while nobody
 * watched; but of ports that he may have misused he has so many in a while. */
static bool blame(struct watch *watch, const struct link *link, const struct alias *alias,
	enum watch_drift drift)
{
	if (watch->surveyed == 0 || drift == WATCH_BRIDGE)
		return false;
	if (!watch_drift_proves(drift, link)) {
		watch_table_lose(&watch->table, alias->uid, clients_now());
		return false;
	}
	watch_table_punish(&watch->table, alias->uid, clients_now());
	return true;
}

static void condemn(struct watch *watch, const struct link *link, const struct alias *alias,
	enum watch_drift drift)
{
	char reason[WATCH_DRIFT_SIZE] = "";
	bool proof = false;

	order(watch, ORDER_DETACH, link->ifindex);
	proof = blame(watch, link, alias, drift);
	watch_drift_describe(drift, link, alias, reason);
	log_line(LOG_WARNING, "uid %u loses port '%s' (label '%s') on bridge '%s': %s%s",
		alias->uid, link->name, alias->label, alias->bridge, reason,
		proof ? "; only its holder can do this, who is refused for a minute" : "");
	if (link->master != 0)
		note_robbed(watch, link->master);
}

static void judge(struct watch *watch, const struct link *link, struct watch_link *entry)
{
	enum watch_drift drift = WATCH_NONE;
	struct alias alias = {0};

	if (entry->condemned || !alias_parse_port(link, &alias, NULL))
		return;
	drift = watch_drift_judge(link, &alias, watch->owner);
	if (drift == WATCH_NONE && watch_table_floods(entry))
		drift = WATCH_EVENTS;
	/* Its bridge was deleted, or it was taken off: its guest would speak to the host itself. */
	if (drift == WATCH_NONE && link->master == 0)
		order(watch, ORDER_STRAY, link->ifindex);
	if (drift == WATCH_NONE && moved(watch, link, &alias, entry))
		drift = WATCH_BRIDGE;
	if (drift == WATCH_NONE)
		return;
	entry->condemned = true;
	condemn(watch, link, &alias, drift);
}

/* The bridge driver says that a port left by an RTM_DELLINK of its own family, which names the
 * bridge (br_ifinfo_notify() in net/bridge/br_netlink.c of the kernel). */
static int left_bridge(struct nlmsghdr *header)
{
	struct nlattr *master = nlmsg_find_attr(header, sizeof(struct ifinfomsg), IFLA_MASTER);

	return header->nlmsg_type == RTM_DELLINK && master != NULL ? (int)nla_get_u32(master) : 0;
}

static void take_end(struct watch *watch, const struct link *link)
{
	uint32_t uid = 0;
	unsigned int slot = 0;

	port_table_drop(watch->front->ports, link->ifindex);
	if (link->group != LINK_GROUP_BRIDGE && !ifname_slot_parse(link->name, &uid, &slot))
		return;
	watch->left = clients_now();
	order(watch, ORDER_SETTLE, link->ifindex);
}

/* Ask about each link once that was spoken of. */
static void look(struct watch *watch)
{
	for (size_t i = 0; i < watch->n_spoken; i++) {
		struct link link = {0};

		if (link_get(watch->front->route, watch->spoken[i], &link) == 0)
			judge(watch, &link,
				watch_table_find(&watch->table, link.ifindex, clients_now()));
	}
	watch->n_spoken = 0;
}

static void note_spoken(struct watch *watch, int ifindex)
{
	for (size_t i = 0; i < watch->n_spoken; i++)
		if (watch->spoken[i] == ifindex)
			return;
	if (watch->n_spoken == WATCH_SPOKEN_MAX)
		look(watch);
	watch->spoken[watch->n_spoken++] = ifindex;
}

/* Uids are announced as numbers of the user namespace of whoever caused the announcement: there
 * netd's own may be anybody's. All else is the kernel's word, and may be the only trace of what was
 * changed back since. A port that is down or on no bridge is on its way out. */
static void take_change(struct watch *watch, struct link *link, struct watch_link *entry)
{
	struct alias alias = {0};

	port_table_take(watch->front->ports, link);
	link->tun.owner = watch->owner;
	link->tun.group = UINT32_MAX;
	/* What a flood does to it shows better when it is asked for. */
	if (!watch_table_floods(entry))
		judge(watch, link, entry);
	if (!entry->condemned && link->up && link->master != 0 &&
		alias_parse_port(link, &alias, NULL))
		note_spoken(watch, link->ifindex);
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

void watch_settle(struct watch *watch)
{
	look(watch);
	restore(watch);
}

/* What is not as it should be goes; of what is, entries and guards may be gone. */
static void survey_port(struct watch *watch, const struct link *link)
{
	struct watch_link *entry = watch_table_count(&watch->table, link->ifindex, clients_now());
	struct alias alias = {0};

	judge(watch, link, entry);
	if (!entry->condemned && alias_parse_port(link, &alias, NULL))
		order_restore(watch, link->ifindex, &alias);
}

/* A dump that changes interrupted is good enough: what changes meanwhile is announced. A link
 * cannot be judged while a dump runs, as that asks the kernel more. */
static void survey_found(struct watch *watch)
{
	const struct port_table *ports = watch->front->ports;

	for (size_t i = 0; i < ports->n; i++) {
		const struct port_table_entry *found = &ports->entries[i];
		struct link link = {0};

		if ((!found->is_port && !found->own) ||
			link_get(watch->front->route, found->ifindex, &link) < 0)
			continue;
		if (link_is_own_bridge(&link))
			order(watch, ORDER_SETTLE, link.ifindex);
		else
			survey_port(watch, &link);
	}
}

int watch_survey(struct watch *watch)
{
	int64_t now = clients_now();
	const struct order sweep = {.kind = ORDER_SWEEP};

	if (watch->surveyed > 0 && now - watch->surveyed < WATCH_SURVEY_TIME)
		return (int)(WATCH_SURVEY_TIME - (now - watch->surveyed));
	port_table_fill(watch->front->ports, watch->front->route);
	survey_found(watch);
	restore(watch);
	/* Only now: of what the first one finds nobody knows when it happened. */
	watch->surveyed = now;
	return order_send(watch->front->orders, &sweep, -1);
}
