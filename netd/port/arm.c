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
#include "netd/port/making.h"
#include "netd/port/netd.h"

/* Below it the kernel keeps no IPv6 settings (RFC 8200, section 5). */
#define IPV6_MTU_MIN 1280

static bool has_ipv6(const struct making *making)
{
	return making->tap.ipv6 && making->mtu >= IPV6_MTU_MIN;
}

static int bridge_port(const struct making *making)
{
	return making->pair.inner > 0 ? making->pair.inner : making->tap.ifindex;
}

/* What a link has before it is up: whatever changes then makes the kernel go through all its routes
 * of IPv6 (addrconf_notify() in net/ipv6/addrconf.c). master 0: it is not the bridge's port. */
static void add_link(
	struct netlink_batch *batch, const struct making *making, int ifindex, int master)
{
	OWNED_OBJECT struct rtnl_link *change = change_begin(ifindex);

	rtnl_link_set_mtu(change, making->mtu);
	change_set_mac(change, making->order->host_mac);
	rtnl_link_set_ifalias(change, making->order->alias);
	if (master > 0)
		rtnl_link_set_master(change, master);
	if (has_ipv6(making))
		change_set_no_addresses(change);
	change_add(batch, change, 0);
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
	struct link_port port = wanted_port(order);
	struct nl_msg *message = link_message(batch, RTM_NEWLINK, 0, ifindex);
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

int arm_apply(const struct making *making)
{
	const struct order *order = making->order;
	int port = bridge_port(making);
	bool cable = port == making->pair.inner;
	struct netlink_batch batch = {0};

	if (cable) {
		add_link(&batch, making, making->tap.ifindex, 0);
		add_link(&batch, making, making->pair.outer, 0);
	}
	add_link(&batch, making, port, making->bridge.ifindex);
	add_port_flags(&batch, order, port);
	if (!order->learns)
		fdb_add_pin(&batch, port, order->mac, making->takes_mac);
	if (link_is_own_bridge(&making->bridge))
		link_add_up(&batch, making->bridge.ifindex, true);
	link_add_up(&batch, port, true);
	if (cable) {
		link_add_up(&batch, making->pair.outer, true);
		link_add_up(&batch, making->tap.ifindex, true);
	}
	return netlink_commit(making->netd->route, &batch);
}

static bool guest_mac_pinned(const struct making *making)
{
	struct fdb_entry entry =
		fdb_find(making->netd->route, making->bridge.ifindex, making->order->mac);

	return entry.ifindex == bridge_port(making) && entry.pinned;
}

/* What of a link is not as add_link() and link_add_up() set it. */
static const char *link_differs(const struct making *making, const struct link *link)
{
	if (link->mtu != making->mtu)
		return "MTU";
	if (memcmp(link->mac, making->order->host_mac, MAC_SIZE) != 0)
		return "host-side MAC";
	if (strcmp(link->alias, making->order->alias) != 0)
		return "alias";
	if (has_ipv6(making) && link->addrgenmode != IN6_ADDR_GEN_MODE_NONE)
		return "addrgenmode";
	return link->up ? NULL : "up";
}

const char *arm_differs(const struct making *making)
{
	struct netlink *route = making->netd->route;
	const struct order *order = making->order;
	struct link_port wanted = wanted_port(order);
	struct link tap = {0}, port = {0};
	const char *differs = NULL;

	if (link_get(route, making->tap.ifindex, &tap) < 0 ||
		link_get(route, bridge_port(making), &port) < 0)
		return "existence";
	if (tap.tun.persist || tap.tun.queues + tap.tun.disabled != order->queues)
		return "queues";
	if ((differs = link_differs(making, &tap)) != NULL ||
		(differs = link_differs(making, &port)) != NULL)
		return differs;
	if (port.master != making->bridge.ifindex ||
		memcmp(&port.port, &wanted, sizeof(wanted)) != 0)
		return "bridge, or one of LOCKED, LEARNING, GUARD, ROOT_BLOCK, ISOLATED";
	return order->learns || guest_mac_pinned(making) ? NULL : "static fdb entry";
}
