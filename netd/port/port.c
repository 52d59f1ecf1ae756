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
#include "netd/port/attach.h"
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
	{EPERM, CODE_NAMESPACE,
		"the network namespace of the socket was made by another user; ask by a socket "
		"that was made in one of your own ('unshare -Urn')"},
	{EXDEV, CODE_NAMESPACE,
		"the socket was made in the host's own network namespace; ask by one that was "
		"made in one of your own ('unshare -Urn')"},
	{ENOTUNIQ, CODE_NAME_IN_USE, "the namespace has an interface of that name"},
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

/* The user's end of the port and, in the slot, the host's. */
static int make_ends(
	const struct netd *netd, const struct order *order, int client, struct tap *ret_tap)
{
	OWNED_FD netns = -1;
	struct veth_end end = {.name = order->peer, .mtu = order->mtu};

	if (order->peer[0] == '\0')
		return tun_make(netd->route, order->uid, order->taps, order->queues, ret_tap);
	end.netns = netns = client_namespace(client, order->uid);
	end.mac = order->learns ? NULL : order->mac;
	return netns < 0 ? netns : client_make(netd->route, order->uid, order->taps, &end, ret_tap);
}

static int make(struct attach *attach, int client)
{
	struct arm_settings *settings = &attach->settings;
	const struct order *order = settings->order;
	struct netlink *route = attach->netd->route;
	int error = make_ends(attach->netd, order, client, &attach->tap);

	settings->tap = attach->tap.ifindex;
	settings->ipv6 = attach->tap.ipv6;
	if (error == 0 && order->cable)
		error = pair_make(route, settings->tap, &settings->pair);
	return error < 0 ? error : attach_run(attach);
}

static void fill_reply(const struct attach *attach, struct wire_reply *reply)
{
	const struct order *order = attach->settings.order;
	struct wire_tap_reply *tap = &reply->tap;
	uint16_t taps = order->peer[0] == '\0' ? (uint16_t)order->queues : 0;

	/* An attempt that failed before another one succeeded has left its refusal there. */
	*reply = (struct wire_reply){.operation = reply->operation, .taps = taps};
	reply->vhosts = (uint16_t)(attach->tap.n - taps);
	memcpy(tap->peer, order->peer, IFNAME_SIZE);
	memcpy(tap->interface, attach->tap.interface, IFNAME_SIZE);
	memcpy(tap->bridge, order->bridge, IFNAME_SIZE);
	memcpy(tap->mac, order->mac, MAC_SIZE);
	memcpy(tap->host_mac, order->host_mac, MAC_SIZE);
	tap->mtu = attach->settings.mtu;
	tap->uid = order->uid;
	if (!link_is_own_bridge(&attach->settings.bridge) && !attach->settings.bridge.up)
		snprintf(reply->text, sizeof(reply->text),
			"bridge '%s' is down; an administrator can set it up", tap->bridge);
	else if (order->vhost && reply->vhosts == 0)
		snprintf(reply->text, sizeof(reply->text),
			"owvm-netd cannot open /dev/vhost-net: the port works without");
}

int port_make(const struct netd *netd, const struct order *order, int client,
	struct wire_reply *reply, struct port *ret_port)
{
	struct attach attach = {.netd = netd, .settings.order = order};
	int error = make(&attach, client);
	const char *differs = error < 0 ? NULL : arm_differs(netd->route, &attach.settings);

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
		(void)tun_add_vhosts(&attach.tap);
	if (error == 0)
		fill_reply(&attach, reply);
	*ret_port = (struct port){.tap = attach.tap, .bridge = attach.settings.bridge.ifindex};
	return error;
}
