/* SPDX-License-Identifier: MIT
 * Arming a port: all its settings in one netlink batch, then the read-back. */
#include "netd/port/arm.h"

#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>
#include <string.h>

#include "netd/kernel/change.h"
#include "netd/kernel/fdb.h"
#include "netd/kernel/netlink.h"
#include "netd/message/order.h"

/* Below it the kernel keeps no IPv6 settings (RFC 8200, section 5). */
#define IPV6_MTU_MIN 1280

static bool has_ipv6(const struct arm_settings *settings)
{
	return settings->ipv6 && settings->mtu >= IPV6_MTU_MIN;
}

static bool has_cable(const struct arm_settings *settings)
{
	return settings->pair.inner > 0;
}

static int bridge_port(const struct arm_settings *settings)
{
	return has_cable(settings) ? settings->pair.inner : settings->tap;
}

/* What a link has before it is up: whatever changes then makes the kernel go through all its routes
 * of IPv6 (addrconf_notify() in net/ipv6/addrconf.c). master 0: it is not the bridge's port. */
static void add_link(
	struct netlink_batch *batch, const struct arm_settings *settings, int ifindex, int master)
{
	OWNED_OBJECT struct rtnl_link *change = change_begin(ifindex);

	rtnl_link_set_mtu(change, settings->mtu);
	change_set_mac(change, settings->order->host_mac);
	rtnl_link_set_ifalias(change, settings->order->alias);
	if (master > 0)
		rtnl_link_set_master(change, master);
	if (has_ipv6(settings))
		change_set_no_addresses(change);
	change_add(batch, change);
}

static struct link_port wanted_port(const struct order *order)
{
	struct link_port port = {.locked = !order->learns,
		.learning = order->learns,
		.guard = true,
		.root_block = true,
		.isolated = order->isolated};

	return port;
}

static void add_port_flags(struct netlink_batch *batch, const struct order *order, int ifindex)
{
	const struct ifinfomsg head = {.ifi_index = ifindex};
	struct link_port port = wanted_port(order);
	struct nl_msg *message = netlink_batch_add(batch, RTM_NEWLINK, 0, &head, sizeof(head));
	struct nlattr *info = netlink_nest(message, IFLA_LINKINFO);
	struct nlattr *data = NULL;

	netlink_put_string(message, IFLA_INFO_SLAVE_KIND, "bridge");
	data = netlink_nest(message, IFLA_INFO_SLAVE_DATA);
	netlink_put_u8(message, IFLA_BRPORT_LOCKED, port.locked);
	netlink_put_u8(message, IFLA_BRPORT_LEARNING, port.learning);
	netlink_put_u8(message, IFLA_BRPORT_GUARD, port.guard);
	netlink_put_u8(message, IFLA_BRPORT_PROTECT, port.root_block);
	netlink_put_u8(message, IFLA_BRPORT_ISOLATED, port.isolated);
	/* One hello of PIM would bring it all groups (RFC 4541). */
	netlink_put_u8(message, IFLA_BRPORT_MULTICAST_ROUTER,
		order->dhcp_server ? MDB_RTR_TYPE_TEMP_QUERY : MDB_RTR_TYPE_DISABLED);
	netlink_nest_end(message, data);
	netlink_nest_end(message, info);
}

static void add_up(struct netlink_batch *batch, int ifindex)
{
	OWNED_OBJECT struct rtnl_link *change = change_begin(ifindex);

	rtnl_link_set_flags(change, IFF_UP);
	change_add(batch, change);
}

int arm_apply(struct netlink *route, const struct arm_settings *settings)
{
	const struct order *order = settings->order;
	int port = bridge_port(settings);
	struct netlink_batch batch = {0};

	if (has_cable(settings)) {
		add_link(&batch, settings, settings->tap, 0);
		add_link(&batch, settings, settings->pair.outer, 0);
	}
	add_link(&batch, settings, port, settings->bridge.ifindex);
	add_port_flags(&batch, order, port);
	if (!order->learns)
		fdb_add_pin(&batch, port, order->mac, settings->takes_mac);
	if (link_is_own_bridge(&settings->bridge))
		add_up(&batch, settings->bridge.ifindex);
	add_up(&batch, port);
	if (has_cable(settings)) {
		add_up(&batch, settings->pair.outer);
		add_up(&batch, settings->tap);
	}
	return netlink_commit(route, &batch);
}

static bool guest_mac_pinned(struct netlink *route, const struct arm_settings *settings)
{
	struct fdb_entry entry = fdb_find(route, settings->bridge.ifindex, settings->order->mac);

	return entry.ifindex == bridge_port(settings) && entry.pinned;
}

/* What of a link is not as add_link() and add_up() set it. */
static const char *link_differs(const struct arm_settings *settings, const struct link *link)
{
	if (link->mtu != settings->mtu)
		return "MTU";
	if (memcmp(link->mac, settings->order->host_mac, MAC_SIZE) != 0)
		return "host-side MAC";
	if (strcmp(link->alias, settings->order->alias) != 0)
		return "alias";
	if (has_ipv6(settings) && link->addrgenmode != IN6_ADDR_GEN_MODE_NONE)
		return "addrgenmode";
	return link->up ? NULL : "up";
}

const char *arm_differs(struct netlink *route, const struct arm_settings *settings)
{
	const struct order *order = settings->order;
	struct link_port wanted = wanted_port(order);
	struct link tap = {0}, port = {0};
	const char *differs = NULL;

	if (link_get(route, settings->tap, &tap) < 0 ||
		link_get(route, bridge_port(settings), &port) < 0)
		return "existence";
	if (order->peer[0] == '\0' &&
		(tap.tun.persist || tap.tun.queues + tap.tun.disabled != order->queues))
		return "queues";
	if ((differs = link_differs(settings, &tap)) != NULL ||
		(differs = link_differs(settings, &port)) != NULL)
		return differs;
	if (port.master != settings->bridge.ifindex ||
		memcmp(&port.port, &wanted, sizeof(wanted)) != 0)
		return "bridge, or one of LOCKED, LEARNING, GUARD, ROOT_BLOCK, ISOLATED";
	return order->learns || guest_mac_pinned(route, settings) ? NULL : "static fdb entry";
}
