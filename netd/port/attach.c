/* SPDX-License-Identifier: MIT
 * Attaching a new tap to its bridge, which may have to be made, and may vanish meanwhile. */
#include "netd/port/attach.h"

#include <errno.h>
#include <string.h>

#include "netd/kernel/fdb.h"
#include "netd/kernel/nft.h"
#include "netd/message/log.h"
#include "netd/message/order.h"
#include "netd/message/reply.h"
#include "netd/port/bridge.h"
#include "netd/port/guard.h"
#include "netd/port/netd.h"

/* The bridge may be removed under us, by a remover that saw it empty; then it is made again. */
#define ATTACH_TRIES 100

/* Look the bridge of the order up. False with a refusal. None yet (ifindex 0) is fine where the
 * order lets netd make it. */
static bool find_bridge(
	const struct attach *attach, struct wire_reply *reply, struct link *ret_bridge)
{
	const char *name = attach->order->bridge;
	uint32_t uid = 0;
	unsigned int slot = 0;
	int error = link_get_by_name(attach->netd->route, name, ret_bridge);

	/* The kernel also answers to alternative names, of which the policy knows nothing. */
	if (error == 0 && strcmp(ret_bridge->kind, "bridge") == 0 &&
		strcmp(ret_bridge->name, name) == 0)
		return true;
	if (error == -ENODEV && attach->order->create && !ifname_slot_parse(name, &uid, &slot) &&
		!pair_reserves(name))
		return true;
	return reply_refuse(reply, error == -ENODEV ? CODE_NO_BRIDGE : CODE_NOT_A_BRIDGE,
		"there is no bridge '%s' any more", name);
}

static bool check_mac(
	const struct attach *attach, const struct link *bridge, struct wire_reply *reply)
{
	const struct order *order = attach->order;

	if (order->learns ? bridge->max_learned == 0
			  : memcmp(order->mac, bridge->mac, MAC_SIZE) == 0)
		return reply_refuse(reply, CODE_MAC_REFUSED,
			"bridge '%s' bears no port with that MAC address", order->bridge);
	return true;
}

static bool refuse_step(const struct attach *attach, struct wire_reply *reply)
{
	const char *bridge = attach->order->bridge;
	enum arm_step step = attach->step;
	int error = attach->error;

	if (step == ARM_GUEST_MAC && error == -EEXIST)
		return reply_refuse(reply, CODE_MAC_IN_USE,
			"that MAC address is in use on another port of bridge '%s'", bridge);
	if (step == ARM_MASTER && error == -EXFULL)
		return reply_refuse(
			reply, CODE_BRIDGE_FULL, "bridge '%s' cannot bear another port", bridge);
	return reply_refuse(
		reply, CODE_KERNEL, "the kernel refused to set up a port on bridge '%s'", bridge);
}

/* After a failed attempt: was it because the bridge was removed under us? */
static bool bridge_gone(const struct attach *attach, const struct link *bridge)
{
	struct link link = {0};

	if (bridge->ifindex == 0 ||
		link_get(attach->netd->route, bridge->ifindex, &link) != -ENODEV)
		return false;
	/* A hook may outlive its device, or be made for one that has just gone. */
	if (link_is_own_bridge(bridge))
		nft_remove(attach->netd->nft, bridge->ifindex);
	return true;
}

/* Get the bridge, making it where it is missing, ready for a port. False with a refusal, or with
 * *ret_error: it could not be made, or was removed meanwhile. */
static bool ready_bridge(
	const struct attach *attach, struct wire_reply *reply, struct link *bridge, int *ret_error)
{
	const struct netd *netd = attach->netd;

	if (!find_bridge(attach, reply, bridge))
		return false;
	if (bridge->ifindex == 0) {
		/* Made or not, the next attempt sees. */
		*ret_error = bridge_create(netd, attach->order->bridge);
		*ret_error = *ret_error == 0 ? -ENODEV : *ret_error;
		return false;
	}
	if (!check_mac(attach, bridge, reply))
		return false;
	*ret_error = bridge_complete(netd, bridge, &attach->order->address);
	return *ret_error == 0;
}

/* Guards first: the port is not up before them. */
static int guard_and_arm(struct attach *attach)
{
	struct arm_settings *settings = &attach->settings;
	const struct guard guard = {.order = attach->order,
		.tap = settings->tap,
		.name = attach->tap.interface,
		.pair = &settings->pair,
		.bridge = &settings->bridge,
		.host_is_there = bridge_has_host(&settings->bridge),
		.anew = attach->guarded};
	int error = guard_port(attach->netd->nft, &guard);

	attach->guarded = error == 0;
	settings->mtu = attach->order->mtu > 0 ? attach->order->mtu : settings->bridge.mtu;
	attach->step = ARM_GUARD;
	return error < 0 ? error : arm_apply(attach->netd->route, settings, &attach->step);
}

/* A guest that has just ended leaves its cable for a moment, with its address. */
static bool mac_is_left_over(const struct attach *attach)
{
	const struct arm_settings *settings = &attach->settings;
	struct netlink *route = attach->netd->route;

	return attach->step == ARM_GUEST_MAC && attach->error == -EEXIST && !settings->takes_mac &&
	       pair_is_left_over(route,
		       fdb_find(route, settings->bridge.ifindex, attach->order->mac).ifindex);
}

/* One attempt. *ret_again: the bridge vanished under it, and may be made again. */
static bool attach_once(struct attach *attach, struct wire_reply *reply, bool *ret_again)
{
	struct link *bridge = &attach->settings.bridge;
	bool ready = false, gone = false;
	int error = 0;

	memset(bridge, 0, sizeof(*bridge));
	*ret_again = false;
	ready = ready_bridge(attach, reply, bridge, &error);
	if (ready)
		error = guard_and_arm(attach);
	attach->error = error;
	if (error == 0)
		return ready;
	attach->settings.takes_mac = mac_is_left_over(attach);
	gone = bridge_gone(attach, bridge);
	*ret_again = gone || error == -ENODEV || attach->settings.takes_mac;
	if (!ready)
		return reply_refuse(reply, CODE_KERNEL, "the kernel refused to prepare bridge '%s'",
			attach->order->bridge);
	return refuse_step(attach, reply);
}

bool attach_run(struct attach *attach, struct wire_reply *reply)
{
	bool again = true;

	for (int i = 0; i < ATTACH_TRIES && again; i++)
		if (attach_once(attach, reply, &again))
			return true;
	/* The refusal itself is logged by who sends it; here is the kernel's reason, if there is
	 * one. */
	if (attach->error < 0 && !attach->order->quiet)
		log_line(LOG_WARNING, "cannot attach '%s' to '%s' (step %d): %s",
			attach->tap.interface, attach->order->bridge, attach->step,
			strerror(-attach->error));
	return false;
}
