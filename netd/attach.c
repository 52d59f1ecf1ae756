/* SPDX-License-Identifier: MIT
 * Attaching a new tap to its bridge, which may have to be made, and may vanish meanwhile. */
#include "netd/attach.h"

#include <errno.h>
#include <string.h>

#include "netd/bridge.h"
#include "netd/log.h"
#include "netd/netd.h"
#include "netd/nft.h"
#include "netd/order.h"
#include "netd/reply.h"

/* The bridge may be removed under us, by a remover that saw it empty; then it is made again. */
#define ATTACH_TRIES 100

static bool refuse_missing(const struct attach *attach, struct wire_reply *reply)
{
	const char *name = attach->order->bridge;

	return reply_refuse(reply, CODE_NO_BRIDGE,
		"bridge '%s' does not exist, and %s does not let it be made (no 'create'); "
		"an administrator can make it: ip link add %s up type bridge",
		name, attach->order->rule, name);
}

bool attach_find_bridge(
	const struct attach *attach, struct wire_reply *reply, struct link *ret_bridge)
{
	const char *name = attach->order->bridge;
	uint32_t uid = 0;
	unsigned int slot = 0;
	int error = link_get_by_name(attach->netd->route, name, ret_bridge);

	if (error == -ENODEV && !attach->order->create)
		return refuse_missing(attach, reply);
	if (error == -ENODEV && ifname_slot_parse(name, &uid, &slot))
		return reply_refuse(reply, CODE_NO_BRIDGE,
			"bridge '%s' does not exist and is not made: a name of this form is a port's",
			name);
	if (error == -ENODEV)
		return true;
	if (error < 0)
		return reply_refuse(
			reply, CODE_KERNEL, "the kernel does not say whether '%s' exists", name);
	/* The kernel also answers to alternative names, of which the policy knows nothing. */
	if (strcmp(ret_bridge->name, name) != 0)
		return reply_refuse(reply, CODE_NO_BRIDGE,
			"'%s' is only another name of an interface; ask for the interface's own",
			name);
	if (strcmp(ret_bridge->kind, "bridge") != 0)
		return reply_refuse(reply, CODE_NOT_A_BRIDGE,
			"interface '%s' exists and is not a bridge", name);
	return true;
}

static bool refuse_used_mac(const struct attach *attach, struct wire_reply *reply)
{
	char mac[MAC_TEXT_SIZE] = "";

	mac_format(attach->order->mac, mac);
	return reply_refuse(reply, CODE_MAC_IN_USE,
		"MAC %s is in use on another port of bridge '%s'", mac, attach->order->bridge);
}

bool attach_check_mac(
	const struct attach *attach, const struct link *bridge, struct wire_reply *reply)
{
	const struct order *order = attach->order;

	if (order->learns && bridge->max_learned == 0)
		return reply_refuse(reply, CODE_MAC_REFUSED,
			"bridge '%s' has no limit on learned addresses; declare the MAC that the "
			"guest uses",
			order->bridge);
	if (order->learns)
		return true;
	if (memcmp(order->mac, bridge->mac, MAC_SIZE) == 0)
		return reply_refuse(reply, CODE_MAC_REFUSED,
			"that MAC is the address of bridge '%s' itself", order->bridge);
	/* Armed, the kernel would refuse it as well; asked first, the refusal costs no tap. */
	if (arm_mac_in_use(attach->netd->route, bridge->ifindex, order->mac))
		return refuse_used_mac(attach, reply);
	return true;
}

static const char *const step_names[] = {
	[ARM_LINK] = "link settings",
	[ARM_MASTER] = "attachment",
	[ARM_PORT_FLAGS] = "port flags",
	[ARM_GUEST_MAC] = "fdb entry",
	[ARM_BRIDGE_UP] = "bridge up",
	[ARM_UP] = "port up",
};

static bool refuse_step(
	const struct attach *attach, enum arm_step step, int error, struct wire_reply *reply)
{
	const char *bridge = attach->order->bridge;

	if (step == ARM_GUEST_MAC && error == -EEXIST)
		return refuse_used_mac(attach, reply);
	if (step == ARM_MASTER && error == -EXFULL)
		return reply_refuse(
			reply, CODE_BRIDGE_FULL, "bridge '%s' cannot bear another port", bridge);
	return reply_refuse(reply, CODE_KERNEL,
		"the kernel refused to set up a port on bridge '%s' (%s)", bridge,
		step_names[step]);
}

/* After a failed attempt: was it because the bridge was removed under us? */
static bool bridge_gone(const struct attach *attach, const struct link *bridge)
{
	struct link link = {0};

	if (bridge->ifindex == 0 ||
		link_get(attach->netd->route, bridge->ifindex, &link) != -ENODEV)
		return false;
	/* A hook may outlive its device, or be made for one that has just gone. */
	if (bridge_is_ours(bridge))
		nft_remove_host_drop(attach->netd->nft, bridge->ifindex);
	return true;
}

/* Get the bridge, making it where it is missing, ready for a port. False with a refusal, or with
 * *ret_error: it could not be made, or was removed meanwhile. */
static bool ready_bridge(
	const struct attach *attach, struct wire_reply *reply, struct link *bridge, int *ret_error)
{
	const struct netd *netd = attach->netd;

	if (!attach_find_bridge(attach, reply, bridge))
		return false;
	if (bridge->ifindex == 0) {
		*ret_error = bridge_create(netd, attach->order->bridge);
		if (*ret_error < 0 || !attach_find_bridge(attach, reply, bridge))
			return false;
		if (bridge->ifindex == 0) {
			*ret_error = -ENODEV;
			return false;
		}
	}
	if (!attach_check_mac(attach, bridge, reply))
		return false;
	*ret_error = bridge_complete(netd, bridge);
	return *ret_error == 0;
}

/* One attempt. *ret_again: the bridge vanished under it, and may be made again. */
static bool attach_once(struct attach *attach, struct wire_reply *reply, bool *ret_again)
{
	struct link *bridge = &attach->settings.bridge;
	enum arm_step step = ARM_MASTER;
	bool ready = false, gone = false;
	int error = 0;

	memset(bridge, 0, sizeof(*bridge));
	*ret_again = false;
	ready = ready_bridge(attach, reply, bridge, &error);
	if (ready)
		error = arm_apply(attach->netd->route, &attach->settings, &step);
	attach->error = error;
	if (error == 0)
		return ready;
	gone = bridge_gone(attach, bridge);
	*ret_again = gone || error == -ENODEV;
	if (!ready)
		return reply_refuse(reply, CODE_KERNEL, "the kernel refused to prepare bridge '%s'",
			attach->order->bridge);
	return refuse_step(attach, step, error, reply);
}

bool attach_run(struct attach *attach, struct wire_reply *reply)
{
	bool again = true;

	for (int i = 0; i < ATTACH_TRIES && again; i++)
		if (attach_once(attach, reply, &again))
			return true;
	/* The refusal itself is logged by who sends it; here is the kernel's reason, if there is one. */
	if (attach->error < 0)
		log_line(LOG_WARNING, "cannot attach '%s' to '%s': %s", attach->interface,
			attach->order->bridge, strerror(-attach->error));
	return false;
}
