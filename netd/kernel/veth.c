/* SPDX-License-Identifier: MIT
 * Veth pairs. */
#include "netd/kernel/veth.h"

#include <linux/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <stddef.h>

#include "netd/kernel/change.h"
#include "netd/kernel/netlink.h"

static void set_end(struct rtnl_link *link, const struct veth_end *end)
{
	rtnl_link_set_name(link, end->name);
	rtnl_link_set_group(link, end->group);
	if (end->netns > 0)
		rtnl_link_set_ns_fd(link, end->netns);
	if (end->mtu > 0)
		rtnl_link_set_mtu(link, end->mtu);
	if (end->mac != NULL)
		change_set_mac(link, end->mac);
}

int veth_make(struct netlink *route, const struct veth_end *end, const struct veth_end *peer)
{
	OWNED_OBJECT struct rtnl_link *link = netlink_must(rtnl_link_veth_alloc());
	OWNED_OBJECT struct rtnl_link *other = rtnl_link_veth_get_peer(link);

	set_end(link, end);
	set_end(other, peer);
	return change_commit(route, link, NLM_F_CREATE | NLM_F_EXCL);
}
