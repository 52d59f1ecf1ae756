/* SPDX-License-Identifier: MIT
 * Making a port: the act behind an order.
 *
 * take a slot -> (make the cable) -> find or make the bridge -> guard and arm -> read back. The fd
 * leaves this file only for a port whose every setting was read back; otherwise the caller condemns
 * the tap. */
#include "netd/port/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "netd/kernel/client.h"
#include "netd/kernel/veth.h"
#include "netd/message/log.h"
#include "netd/message/order.h"
#include "netd/message/reply.h"
#include "netd/port/arm.h"
#include "netd/port/attach.h"
#include "netd/port/making.h"
#include "netd/port/netd.h"

/* Why there is no port, for those who can do something about it. */
static const struct {
	int error;
	enum code code;
	const char *text;
} refusals[] = {
	{ENXIO, CODE_NO_DEVICE,
		"owvm-netd cannot open /dev/net/tun; an administrator can load the module 'tun' "
		"and set the device's mode to 0666"},
	{ENOSYS, CODE_KERNEL,
		"the kernel cannot redirect frames; an administrator can load the modules "
		"sch_ingress, cls_bpf and act_mirred"},
	{ENODEV, CODE_NO_BRIDGE, "it is not there any more"},
	{EPROTOTYPE, CODE_NOT_A_BRIDGE, "it is no bridge any more"},
	{EEXIST, CODE_MAC_IN_USE, "that MAC address is in use on another port of it"},
	{EXFULL, CODE_BRIDGE_FULL, "it cannot bear another one"},
	{EXDEV, CODE_NAMESPACE,
		"the network namespace of the socket is the host's, or another user made it; ask "
		"by a socket that was made in one of your own ('unshare -Urn')"},
	{ENOTUNIQ, CODE_NAME_IN_USE, "the namespace has an interface of that name"},
	{EAGAIN, CODE_KERNEL, "an end of it vanishes as soon as it is made"},
};

static void refuse(const struct order *order, int error, struct wire_reply *reply)
{
	if (error == -EBUSY) {
		reply_refuse(reply, CODE_QUOTA,
			"uid %u has all the ports that %s grants (taps %u); stop a VM to free one",
			order->uid, order->rule, order->taps);
		return;
	}
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].error == -error) {
			reply_refuse(reply, refusals[i].code, "no port on bridge '%s': %s",
				order->bridge, refusals[i].text);
			return;
		}
	reply_refuse(reply, CODE_KERNEL, "no port on bridge '%s': the kernel refused (%s)",
		order->bridge, strerror(-error));
}

/* The end in the namespace of a client, and the one in the slot. */
static int make_client(struct making *making, int client)
{
	const struct order *order = making->order;
	OWNED_FD netns = client_namespace(client, order->uid);
	const struct veth_end end = {.name = order->peer,
		.netns = netns,
		.mtu = order->mtu,
		.mac = order->learns ? NULL : order->mac};

	return netns < 0 ? netns
			 : client_make(making->netd->route, order->uid, order->taps, &end,
				   &making->tap);
}

static int make(struct making *making, int client)
{
	const struct order *order = making->order;
	struct netlink *route = making->netd->route;
	struct link link = {0};
	int error = order->queues == 0
			    ? make_client(making, client)
			    : tun_make(route, order->uid, order->taps, order->queues, &making->tap);

	if (error == 0 && order->cable)
		error = pair_make(route, making->tap.ifindex, order->queues == 0, &making->pair);
	if (error == 0)
		error = attach_run(making);
	/* Its other end, or the namespace, was deleted. */
	if (error < 0 && order->queues == 0 &&
		link_get(route, making->tap.ifindex, &link) == -ENODEV)
		error = -EAGAIN;
	return error;
}

static void fill_reply(const struct making *making, struct wire_reply *reply)
{
	const struct order *order = making->order;
	struct wire_tap_reply *tap = &reply->tap;

	/* An attempt that failed before another one succeeded has left its refusal there. */
	*reply =
		(struct wire_reply){.operation = reply->operation, .taps = (uint16_t)order->queues};
	reply->vhosts = (uint16_t)(making->tap.n - order->queues);
	memcpy(tap->peer, order->peer, IFNAME_SIZE);
	memcpy(tap->interface, making->tap.interface, IFNAME_SIZE);
	memcpy(tap->bridge, order->bridge, IFNAME_SIZE);
	memcpy(tap->mac, order->mac, MAC_SIZE);
	memcpy(tap->host_mac, order->host_mac, MAC_SIZE);
	tap->mtu = making->mtu;
	tap->uid = order->uid;
	if (!link_is_own_bridge(&making->bridge) && !making->bridge.up)
		snprintf(reply->text, sizeof(reply->text),
			"bridge '%s' is down; an administrator can set it up", tap->bridge);
	else if (order->vhost && reply->vhosts == 0)
		snprintf(reply->text, sizeof(reply->text),
			"owvm-netd cannot open /dev/vhost-net: the port works without");
}

int port_make(struct making *making, int client, struct wire_reply *reply)
{
	const struct order *order = making->order;
	int error = make(making, client);
	const char *differs = error < 0 ? NULL : arm_differs(making);

	if (error < 0)
		refuse(order, error, reply);
	if (differs != NULL) {
		error = -EAGAIN;
		reply_refuse(reply, CODE_KERNEL,
			"the kernel does not hold a setting of the port (%s): it is too old, or "
			"another program changes links",
			differs);
	}
	/* Without it the port works as well, and the reply says so. */
	if (error == 0 && order->vhost)
		(void)tun_add_vhosts(&making->tap);
	if (error == 0)
		fill_reply(making, reply);
	return error;
}
