/* SPDX-License-Identifier: MIT
 * Changes of links, made with libnl-route's objects. */
#include "netd/kernel/change.h"

#include <linux/if_link.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet6.h>
#include <stdlib.h>

#include "netd/kernel/netlink.h"

struct rtnl_link *change_begin(int ifindex)
{
	struct rtnl_link *change = netlink_must(rtnl_link_alloc());

	rtnl_link_set_ifindex(change, ifindex);
	return change;
}

void change_set_mac(struct rtnl_link *change, const uint8_t mac[MAC_SIZE])
{
	OWNED_ADDRESS address = netlink_must(nl_addr_build(AF_LLC, mac, MAC_SIZE));

	rtnl_link_set_addr(change, address);
}

void change_set_no_addresses(struct rtnl_link *change)
{
	if (rtnl_link_inet6_set_addr_gen_mode(change, IN6_ADDR_GEN_MODE_NONE) < 0)
		abort();
}

void change_add(struct netlink_batch *batch, struct rtnl_link *change, int flags)
{
	struct nl_msg *message = NULL;

	/* The kernel knows a change by the index; rtnl_link_build_change_request() leaves a name
	 * out that it takes for the old one. */
	rtnl_link_build_add_request(change, flags, &message);
	netlink_batch_take(batch, message);
}

int change_commit(struct netlink *route, struct rtnl_link *change, int flags)
{
	struct netlink_batch batch = {0};

	change_add(&batch, change, flags);
	return netlink_commit(route, &batch);
}
