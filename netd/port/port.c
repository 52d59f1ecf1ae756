/* SPDX-License-Identifier: MIT
 * Making a tap port: the act behind an order.
 *
 * find the bridge -> take a slot -> (make the cable) -> (make the bridge) -> arm -> read back. The fd leaves this file
 * only for a port whose every setting was read back; otherwise the caller condemns the tap. */
#include "netd/port/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "netd/message/log.h"
#include "netd/message/order.h"
#include "netd/message/reply.h"
#include "netd/port/arm.h"
#include "netd/port/attach.h"
#include "netd/port/netd.h"

static bool make_tap(struct attach *attach, struct wire_reply *reply)
{
	const struct order *order = attach->order;
	uint32_t uid = order->uid;
	int error = tun_make(attach->netd->route, uid, order->taps, order->queues, &attach->tap);

	attach->settings.tap = attach->tap.ifindex;
	attach->settings.ipv6 = attach->tap.ipv6;
	attach->robbed = error == -EAGAIN;
	if (error == -EBUSY)
		return reply_refuse(reply, CODE_QUOTA,
			"uid %u has all the ports that %s grants (taps %u); stop a VM to free one",
			uid, order->rule, order->taps);
	if (error == -ENXIO)
		return reply_refuse(reply, CODE_NO_DEVICE,
			"owvm-netd cannot open /dev/net/tun; an administrator can load the module "
			"'tun' and set the device's mode to 0666");
	if (error < 0) {
		log_line(LOG_ERROR, "cannot make a tap for uid %u: %s", uid, strerror(-error));
		return reply_refuse(reply, CODE_KERNEL, "the kernel refused to make a tap");
	}
	return true;
}

static bool make_cable(struct attach *attach, struct wire_reply *reply)
{
	int error = attach->order->cable ? pair_make(attach->netd->route, attach->tap.ifindex,
						   &attach->settings.pair)
					 : 0;

	if (error == -ENOSYS)
		return reply_refuse(reply, CODE_KERNEL,
			"the kernel cannot redirect frames; an administrator can load the modules "
			"sch_ingress, cls_u32 and act_mirred");
	if (error < 0) {
		log_line(LOG_ERROR, "cannot make a veth pair for '%s': %s", attach->tap.interface,
			strerror(-error));
		return reply_refuse(reply, CODE_KERNEL, "the kernel refused to make a veth pair");
	}
	return true;
}

static bool settle_port(struct attach *attach, struct wire_reply *reply)
{
	const char *differs = NULL;

	if (!attach_run(attach, reply))
		return false;
	differs = arm_differs(attach->netd->route, &attach->settings);
	if (differs == NULL)
		return true;
	log_line(LOG_ERROR, "'%s' was not armed: the kernel reads back another %s",
		attach->tap.interface, differs);
	return reply_refuse(reply, CODE_KERNEL,
		"the kernel does not hold a setting of the port (%s): it is too old, or another "
		"program changes links",
		differs);
}

static void fill_reply(const struct attach *attach, struct wire_reply *reply)
{
	const struct order *order = attach->order;
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

bool port_make(const struct netd *netd, const struct order *order, struct wire_reply *reply,
	struct port *ret_port)
{
	struct attach attach = {.netd = netd, .order = order, .settings.order = order};
	bool made = make_tap(&attach, reply) && make_cable(&attach, reply) &&
		    settle_port(&attach, reply);

	/* Without it the port works as well, and the reply says so. */
	if (made && order->vhost)
		(void)tun_add_vhosts(&attach.tap);
	if (made)
		fill_reply(&attach, reply);
	*ret_port = (struct port){.tap = attach.tap,
		.bridge = attach.settings.bridge.ifindex,
		.robbed = attach.robbed};
	return made;
}
