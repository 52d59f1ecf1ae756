/* SPDX-License-Identifier: MIT
 * Attaching a new port to its bridge, which may have to be made, and may vanish meanwhile. */
#include "netd/port/attach.h"

#include <errno.h>
#include <string.h>

#include "netd/kernel/fdb.h"
#include "netd/kernel/nft.h"
#include "netd/kernel/pair.h"
#include "netd/message/order.h"
#include "netd/port/arm.h"
#include "netd/port/bridge.h"
#include "netd/port/guard.h"
#include "netd/port/making.h"
#include "netd/port/netd.h"

/* The bridge may be removed under us, by a remover that saw it empty; then it is made again. */
#define ATTACH_TRIES 100

/* Get the bridge, ready for a port. Returns 0, -EAGAIN: it was made just now; or another -errno. */
static int ready_bridge(struct making *making)
{
	const struct order *order = making->order;
	struct link *bridge = &making->bridge;
	int error = link_get_by_name(making->netd->route, order->bridge, bridge);

	if (error == -ENODEV && order->create) {
		error = bridge_create(making->netd, order->bridge, order->bridge_mac);
		return error < 0 ? error : -EAGAIN;
	}
	/* The kernel also answers to alternative names, of which the policy knows nothing. */
	if (error == 0 &&
		(strcmp(bridge->kind, "bridge") != 0 || strcmp(bridge->name, order->bridge) != 0))
		error = -EPROTOTYPE;
	return error < 0 ? error : bridge_complete(making->netd, bridge, &order->address);
}

/* Guards first: the port is not up before them. */
static int guard_and_arm(struct making *making)
{
	int error = guard_port(making);

	making->guarded = error == 0;
	making->mtu = making->order->mtu > 0 ? making->order->mtu : making->bridge.mtu;
	return error < 0 ? error : arm_apply(making);
}

/* Has a guest that has just ended left its address behind, for a moment, with its cable? */
static bool mac_is_left_over(const struct making *making)
{
	struct netlink *route = making->netd->route;

	return pair_is_left_over(
		route, fdb_find(route, making->bridge.ifindex, making->order->mac).ifindex);
}

/* One attempt. Returns 0; -EAGAIN: another one may succeed; or another -errno. */
static int attach_once(struct making *making)
{
	struct link *bridge = &making->bridge, now = {0};
	int error = 0;

	memset(bridge, 0, sizeof(*bridge));
	error = ready_bridge(making);
	if (error == 0)
		error = guard_and_arm(making);
	making->takes_mac = error == -EEXIST && mac_is_left_over(making);
	if (making->takes_mac)
		return -EAGAIN;
	if (error == 0 || bridge->ifindex == 0 ||
		link_get(making->netd->route, bridge->ifindex, &now) != -ENODEV)
		return error;
	/* It was removed under us. A hook may outlive its device, or be made for one that has just
	 * gone. */
	if (link_is_own_bridge(bridge))
		nft_remove(making->netd->nft, bridge->ifindex);
	return -EAGAIN;
}

int attach_run(struct making *making)
{
	int error = -EAGAIN;

	for (int i = 0; i < ATTACH_TRIES && error == -EAGAIN; i++)
		error = attach_once(making);
	return error;
}
