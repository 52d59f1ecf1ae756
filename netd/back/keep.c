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
#include "netd/port/netd.h"

/* Chains that one sweep removes; the next sweep sees to the rest. */
#define SWEEP_MAX 1024

/* The service owns its guards where the kernel lets it. */
void keep_own(const struct netd *netd)
{
	int error = nft_own(netd->nft);

	if (error < 0)
		log_line(LOG_INFO,
			"this kernel lets everybody flush the table 'netdev " NFT_TABLE
			"' (%s): it is "
			"made again when that happens",
			strerror(-error));
	/* Ports that are there already get what this version knows. */
	guard_shared(netd->nft);
}

/* A link is gone: what belonged to it goes, too. A cable first, whose end is heard of again: the
 * guards stay until then. */
static void forget(const struct netd *netd, int ifindex)
{
	struct pair pair = {.inner = 0};
	struct link inner = {0};

	if (pair_find(netd->route, ifindex, &pair, &inner) == 0) {
		reaper_condemn(netd, NULL, 0, inner.ifindex);
		if (netd->reaper >= 0)
			return;
	}
	nft_remove(netd->nft, ifindex);
}

static void settle(const struct netd *netd, int ifindex)
{
	struct link link = {0};
	int error = link_get(netd->route, ifindex, &link);

	if (error == 0 && link_is_own_bridge(&link) && !bridge_keep(netd, &link)) {
		reaper_settle(netd, ifindex);
		/* Without a reaper it may be gone by now. */
		error = link_get(netd->route, ifindex, &link);
	}
	if (error == -ENODEV)
		forget(netd, ifindex);
}

void keep_settle(const struct netd *netd, const struct order *order)
{
	struct link bridge = {.ifindex = order->ifindex};

	if (order->ifindex > 0 || link_get_by_name(netd->route, order->bridge, &bridge) == 0)
		settle(netd, bridge.ifindex);
}

/* What one sweep found: nothing can be removed while the chains are listed. */
struct orphans {
	const struct netd *netd;
	int ifindexes[SWEEP_MAX];
	size_t n;
};

/* A link is there before its chain: a chain that has none now is an orphan. */
static void note_orphan(int ifindex, void *context)
{
	struct orphans *orphans = context;
	struct link link = {0};
	uint32_t uid = 0;
	unsigned int slot = 0;
	int error = link_get(orphans->netd->route, ifindex, &link);

	if ((error == -ENODEV || (error == 0 && !link_is_own_bridge(&link) &&
					 !ifname_slot_parse(link.name, &uid, &slot))) &&
		orphans->n < SWEEP_MAX)
		orphans->ifindexes[orphans->n++] = ifindex;
}

void keep_sweep(const struct netd *netd)
{
	struct orphans orphans = {.netd = netd};
	int error = -EINTR;

	/* Chains that are made meanwhile make the list an inconsistent one; who was noted twice is
	 * only removed twice. */
	for (int i = 0; i < LINK_DUMP_TRIES && error == -EINTR; i++)
		error = nft_each(netd->nft, note_orphan, &orphans);
	for (size_t i = 0; i < orphans.n; i++)
		forget(netd, orphans.ifindexes[i]);
}

/* A port of netd's: its tap, and what of it is on the bridge, its cable's inner end or the tap. */
struct found {
	struct link tap, port;
	struct pair pair;
};

/* The port of netd's with this index; false: it is none. */
static bool find_port(const struct netd *netd, int ifindex, struct found *ret_found)
{
	struct link *tap = &ret_found->tap;
	uint32_t uid = 0;
	unsigned int slot = 0;

	if (link_get(netd->route, ifindex, tap) < 0 || strcmp(tap->kind, "tun") != 0 ||
		!ifname_slot_parse(tap->name, &uid, &slot) ||
		strncmp(tap->alias, ALIAS_PORT, strlen(ALIAS_PORT)) != 0)
		return false;
	if (pair_find(netd->route, ifindex, &ret_found->pair, &ret_found->port) < 0)
		ret_found->port = *tap;
	return true;
}

/* First off the bridge, at once; the rest takes its time. */
void keep_detach(const struct netd *netd, int ifindex, bool stray)
{
	struct found found = {.pair = {0}};

	/* The front may have seen it between two attempts of an attachment. */
	if (!find_port(netd, ifindex, &found) || (stray && found.port.master != 0))
		return;
	if (stray)
		log_line(LOG_WARNING, "'%s' is on no bridge any more: deleted", found.tap.name);
	if (link_detach(netd->route, found.port.ifindex) < 0)
		log_line(LOG_ERROR, "cannot take '%s' off its bridge", found.tap.name);
	reaper_condemn(netd, NULL, 0, ifindex);
}

void keep_guard(const struct netd *netd, const struct order *order)
{
	struct found found = {.pair = {0}};
	struct link bridge = {0};
	struct guard guard = {.order = order,
		.tap = order->ifindex,
		.name = found.tap.name,
		.pair = &found.pair,
		.bridge = &bridge,
		.anew = true};
	int error = 0;

	if (!find_port(netd, order->ifindex, &found) || found.port.master == 0 ||
		link_get(netd->route, found.port.master, &bridge) < 0)
		return;
	guard.host_is_there = bridge_has_host(&bridge);
	error = guard_port(netd->nft, &guard);
	if (error < 0)
		log_line(LOG_ERROR, "cannot make the guards of '%s' again: %s", found.tap.name,
			strerror(-error));
}
