/* SPDX-License-Identifier: MIT
 * Veth pairs. */
#include "netd/kernel/veth.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/msg.h>
#include <stddef.h>

#include "common/mac.h"
#include "netd/kernel/netlink.h"

static void put_end(struct nl_msg *message, const struct veth_end *end)
{
	netlink_put_string(message, IFLA_IFNAME, end->name);
	netlink_put_u32(message, IFLA_GROUP, end->group);
	if (end->netns > 0)
		netlink_put_u32(message, IFLA_NET_NS_FD, (uint32_t)end->netns);
	if (end->mtu > 0)
		netlink_put_u32(message, IFLA_MTU, end->mtu);
	if (end->mac != NULL)
		netlink_put(message, IFLA_ADDRESS, end->mac, MAC_SIZE);
}

int veth_make(struct netlink *route, const struct veth_end *end, const struct veth_end *peer)
{
	const struct ifinfomsg head = {0};
	struct netlink_batch batch = {0};
	struct nl_msg *message = netlink_batch_add(
		&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	struct nlattr *info = NULL, *data = NULL, *nest = NULL;

	put_end(message, end);
	info = netlink_nest(message, IFLA_LINKINFO);
	netlink_put_string(message, IFLA_INFO_KIND, "veth");
	data = netlink_nest(message, IFLA_INFO_DATA);
	nest = netlink_nest(message, VETH_INFO_PEER);
	netlink_append(message, &head, sizeof(head));
	put_end(message, peer);
	netlink_nest_end(message, nest);
	netlink_nest_end(message, data);
	netlink_nest_end(message, info);
	return netlink_commit(route, &batch);
}
