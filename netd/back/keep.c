/* SPDX-License-Identifier: MIT
 * What is there already: the guards of all, ports that go, what they leave behind. */
#include "netd/back/keep.h"

#include <errno.h>
#include <string.h>

#include "netd/back/reaper.h"
#include "netd/kernel/nft.h"
#include "netd/kernel/pair.h"
#include "netd/message/log.h"
#include "netd/message/order.h"
#include "netd/port/alias.h"
#include "netd/port/bridge.h"
#include "netd/port/guard.h"
#include "netd/port/making.h"
#include "netd/port/netd.h"

/* The service owns its guards where the kernel lets it. */
int keep_own(const struct netd *netd)
{
	int error = nft_own(netd->nft);

	if (error == -EPERM) {
		log_line(LOG_ERROR, "another process owns the table of guards");
		return error;
	}
	if (error < 0)
		log_line(LOG_INFO,
			"the table of guards has no owner (%s): it is made again when others flush it",
			strerror(-error));
	/* Ports that are there already get what this version knows. */
	guard_shared(netd->nft);
	return 0;
}

/* A link is gone: what belonged to it goes, too. A cable first, whose end is heard of again: the
 * guards stay until then. */
static void forget(const struct netd *netd, int ifindex)
{
	struct pair pair = {.inner = 0};
	struct link inner = {0};

	if (pair_find(netd->route, ifindex, &pair, &inner) == 0) {
		reaper_take(netd, &(struct reaper_job){.tap.ifindex = inner.ifindex});
		if (netd->reaper >= 0)
			return;
	}
	nft_remove(netd->nft, ifindex);
}

void keep_settle(const struct netd *netd, const struct order *order)
{
	struct link link = {.ifindex = order->ifindex};
	int error = order->ifindex > 0 ? link_get(netd->route, order->ifindex, &link)
				       : link_get_by_name(netd->route, order->bridge, &link);

	if (error == 0 && link_is_own_bridge(&link) && !bridge_keep(netd, &link)) {
		reaper_take(netd, &(struct reaper_job){.bridge = link.ifindex});
		/* Without a reaper it may be gone by now. */
		error = link_get(netd->route, link.ifindex, &link);
	}
	if (error == -ENODEV && link.ifindex > 0)
		forget(netd, link.ifindex);
}

void keep_sweep(const struct netd *netd)
{
	struct nft_list list = {.n = 0};
	struct link link = {0};

	/* A link is there before its chain: a chain that has none now is left over. */
	for (int i = 0; i < LINK_DUMP_TRIES && nft_list(netd->nft, &list) == -EINTR; i++)
		;
	for (size_t i = 0; i < list.n; i++)
		if (link_get(netd->route, list.ifindexes[i], &link) == -ENODEV)
			forget(netd, list.ifindexes[i]);
}

/* The port of netd's whose tap, or client's end in the slot, has this index, and what of it is on
 * the bridge: its cable's inner end or the tap. False: it is none, and *ret_tap is what it is. */
static bool find_port(const struct netd *netd, int ifindex, struct link *ret_tap,
	struct link *ret_port, struct pair *ret_pair)
{
	/* A client's end bears its group from the start. */
	if (link_get(netd->route, ifindex, ret_tap) < 0 ||
		(ret_tap->group != LINK_GROUP_CLIENT &&
			(strcmp(ret_tap->kind, "tun") != 0 ||
				strncmp(ret_tap->alias, ALIAS_PORT, strlen(ALIAS_PORT)) != 0)))
		return false;
	if (pair_find(netd->route, ifindex, ret_pair, ret_port) < 0)
		*ret_port = *ret_tap;
	return true;
}

/* First off the bridge, at once; the rest takes its time. */
void keep_detach(const struct netd *netd, int ifindex, bool stray)
{
	struct link tap = {0}, port = {0};
	struct pair pair = {0};

	/* The front may have seen it between two attempts of an attachment. */
	if (!find_port(netd, ifindex, &tap, &port, &pair) || (stray && port.master != 0))
		return;
	if (stray)
		log_line(LOG_WARNING, "'%s' is on no bridge any more: deleted", tap.name);
	if (link_detach(netd->route, port.ifindex) < 0)
		log_line(LOG_ERROR, "cannot take '%s' off its bridge", tap.name);
	reaper_take(netd, &(struct reaper_job){.tap.ifindex = ifindex});
}

void keep_guard(const struct netd *netd, const struct order *order)
{
	struct making making = {.netd = netd, .order = order, .guarded = true};
	struct link link = {0}, port = {0};
	int error = 0;

	if (find_port(netd, order->ifindex, &link, &port, &making.pair)) {
		making.tap.ifindex = link.ifindex;
		memcpy(making.tap.interface, link.name, IFNAME_SIZE);
		if (link_get(netd->route, port.master, &making.bridge) == 0)
			error = guard_port(&making);
	} else if (link_is_own_bridge(&link)) {
		error = guard_host(netd->nft, &link, alias_has_host(link.alias));
	}
	if (error < 0)
		log_line(LOG_ERROR, "cannot make the guards of '%s' again: %s", link.name,
			strerror(-error));
}
