/* SPDX-License-Identifier: MIT
 * Attaching a new port to its bridge, which may have to be made, and may vanish meanwhile. */
#include "netd/port/attach.h"

#include <errno.h>
#include <string.h>

#include "netd/kernel/fdb.h"
#include "netd/kernel/nft.h"
#include "netd/message/order.h"
#include "netd/port/bridge.h"
#include "netd/port/guard.h"
#include "netd/port/netd.h"

/* The bridge may be removed under us, by a remover that saw it empty; then it is made again. */
#define ATTACH_TRIES 100

/* Get the bridge, ready for a port. Returns 0, -EAGAIN: it was made just now; or another -errno. */
static int ready_bridge(const struct attach *attach, struct link *ret_bridge)
{
	const struct order *order = attach->settings.order;
	int error = link_get_by_name(attach->netd->route, order->bridge, ret_bridge);

	if (error == -ENODEV && order->create) {
		error = bridge_create(attach->netd, order->bridge, order->bridge_mac);
		return error < 0 ? error : -EAGAIN;
	}
	/* The kernel also answers to alternative names, of which the policy knows nothing. */
	if (error == 0 && (strcmp(ret_bridge->kind, "bridge") != 0 ||
				  strcmp(ret_bridge->name, order->bridge) != 0))
		error = -EPROTOTYPE;
	return error < 0 ? error : bridge_complete(attach->netd, ret_bridge, &order->address);
}

/* Guards first: the port is not up before them. */
static int guard_and_arm(struct attach *attach)
{
	struct arm_settings *settings = &attach->settings;
	const struct guard guard = {.order = settings->order,
		.tap = settings->tap,
		.name = attach->tap.interface,
		.pair = &settings->pair,
		.bridge = &settings->bridge,
		.anew = attach->guarded};
	int error = guard_port(attach->netd->nft, &guard);

	attach->guarded = error == 0;
	settings->mtu = settings->order->mtu > 0 ? settings->order->mtu : settings->bridge.mtu;
	return error < 0 ? error : arm_apply(attach->netd->route, settings);
}

/* Has a guest that has just ended left its address behind, for a moment, with its cable? */
static bool mac_is_left_over(const struct attach *attach)
{
	const struct arm_settings *settings = &attach->settings;
	struct netlink *route = attach->netd->route;

	return pair_is_left_over(
		route, fdb_find(route, settings->bridge.ifindex, settings->order->mac).ifindex);
}

/* One attempt. Returns 0; -EAGAIN: another one may succeed; or another -errno. */
static int attach_once(struct attach *attach)
{
	struct link *bridge = &attach->settings.bridge, now = {0};
	int error = 0;

	memset(bridge, 0, sizeof(*bridge));
	error = ready_bridge(attach, bridge);
	if (error == 0)
		error = guard_and_arm(attach);
	attach->settings.takes_mac = error == -EEXIST && mac_is_left_over(attach);
	if (attach->settings.takes_mac)
		return -EAGAIN;
	if (error == 0 || bridge->ifindex == 0 ||
		link_get(attach->netd->route, bridge->ifindex, &now) != -ENODEV)
		return error;
	/* It was removed under us. A hook may outlive its device, or be made for one that has just
	 * gone. */
	if (link_is_own_bridge(bridge))
		nft_remove(attach->netd->nft, bridge->ifindex);
	return -EAGAIN;
}

int attach_run(struct attach *attach)
{
	int error = -EAGAIN;

	for (int i = 0; i < ATTACH_TRIES && error == -EAGAIN; i++)
		error = attach_once(attach);
	return error;
}
