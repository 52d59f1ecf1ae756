/* SPDX-License-Identifier: MIT
 * Making a tap port: the act behind an order.
 *
 * take a slot -> (make the cable) -> find or make the bridge -> guard and arm -> read back. The fd
 * leaves this file only for a port whose every setting was read back; otherwise the caller condemns
 * the tap. */
#include "netd/port/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static int make(struct attach *attach)
{
	struct arm_settings *settings = &attach->settings;
	const struct order *order = settings->order;
	struct netlink *route = attach->netd->route;
	int error = tun_make(route, order->uid, order->taps, order->queues, &attach->tap);

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

	/* An attempt that failed before another one succeeded has left its refusal there. */
	*reply = (struct wire_reply){.operation = WIRE_TAP, .taps = (uint16_t)order->queues};
	reply->vhosts = (uint16_t)(attach->tap.n - order->queues);
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

int port_make(const struct netd *netd, const struct order *order, struct wire_reply *reply,
	struct port *ret_port)
{
	struct attach attach = {.netd = netd, .settings.order = order};
	int error = make(&attach);
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
