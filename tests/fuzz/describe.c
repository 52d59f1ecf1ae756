/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: how it describes a link. */
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netd/kernel/kernel.h"
#include "netd/kernel/netlink.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

static void put_tun(struct nl_msg *message, const struct link_tun *tun)
{
	if (tun->owner != UINT32_MAX)
		netlink_put_u32(message, IFLA_TUN_OWNER, tun->owner);
	if (tun->group != UINT32_MAX)
		netlink_put_u32(message, IFLA_TUN_GROUP, tun->group);
	netlink_put_u8(message, IFLA_TUN_PERSIST, tun->persist);
	netlink_put_u8(message, IFLA_TUN_MULTI_QUEUE, tun->multi_queue);
	if (!tun->multi_queue)
		return;
	netlink_put_u32(message, IFLA_TUN_NUM_QUEUES, tun->queues);
	netlink_put_u32(message, IFLA_TUN_NUM_DISABLED_QUEUES, tun->disabled);
}

static void put_port(struct nl_msg *message, const struct link_port *port)
{
	struct nlattr *data = NULL;

	netlink_put_string(message, IFLA_INFO_SLAVE_KIND, "bridge");
	data = netlink_nest(message, IFLA_INFO_SLAVE_DATA);
	netlink_put_u8(message, IFLA_BRPORT_LOCKED, port->locked);
	netlink_put_u8(message, IFLA_BRPORT_LEARNING, port->learning);
	netlink_put_u8(message, IFLA_BRPORT_GUARD, port->guard);
	netlink_put_u8(message, IFLA_BRPORT_PROTECT, port->root_block);
	netlink_put_u8(message, IFLA_BRPORT_ISOLATED, port->isolated);
	netlink_nest_end(message, data);
}

static void put_info(struct nl_msg *message, const struct link *link)
{
	struct nlattr *info = netlink_nest(message, IFLA_LINKINFO), *data = NULL;

	netlink_put_string(message, IFLA_INFO_KIND, link->kind);
	data = netlink_nest(message, IFLA_INFO_DATA);
	if (strcmp(link->kind, "tun") == 0)
		put_tun(message, &link->tun);
	netlink_nest_end(message, data);
	if (link->master != 0)
		put_port(message, &link->port);
	netlink_nest_end(message, info);
}

static void put_families(struct nl_msg *message, const struct link *link)
{
	struct nlattr *spec = netlink_nest(message, IFLA_AF_SPEC);
	struct nlattr *inet6 = netlink_nest(message, AF_INET6);

	netlink_put_u8(message, IFLA_INET6_ADDR_GEN_MODE, link->addrgenmode);
	netlink_nest_end(message, inet6);
	netlink_nest_end(message, spec);
}

struct nl_msg *kernel_describe(const struct link *link)
{
	struct ifinfomsg head = {.ifi_index = link->ifindex, .ifi_flags = link->up ? IFF_UP : 0};
	struct netlink_batch batch = {0};
	struct nl_msg *message = netlink_batch_add(&batch, RTM_NEWLINK, 0, &head, sizeof(head));

	netlink_put_string(message, IFLA_IFNAME, link->name);
	netlink_put_u32(message, IFLA_MTU, link->mtu);
	netlink_put_u32(message, IFLA_GROUP, link->group);
	netlink_put(message, IFLA_ADDRESS, link->mac, MAC_SIZE);
	if (link->alias[0] != '\0')
		netlink_put_string(message, IFLA_IFALIAS, link->alias);
	if (link->master != 0)
		netlink_put_u32(message, IFLA_MASTER, (uint32_t)link->master);
	if (link->peer != 0)
		netlink_put_u32(message, IFLA_LINK, (uint32_t)link->peer);
	if (link->kind[0] != '\0')
		put_info(message, link);
	if (link->ipv6 && link->mtu >= 1280)
		put_families(message, link);
	return message;
}
