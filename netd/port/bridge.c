/* SPDX-License-Identifier: MIT
 * Bridges: finding, making, and removing those that netd made. */
#include "netd/port/bridge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netlink/route/link.h>
#include <stdio.h>
#include <string.h>

#include "common/cidr.h"
#include "netd/kernel/change.h"
#include "netd/kernel/kernel.h"
#include "netd/kernel/netlink.h"
#include "netd/message/log.h"
#include "netd/port/alias.h"
#include "netd/port/guard.h"
#include "netd/port/netd.h"

int bridge_create(const struct netd *netd, const char *name, const uint8_t mac[MAC_SIZE])
{
	struct netlink_batch batch = {0};
	struct nl_msg *message = link_message(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	struct nlattr *info = NULL, *data = NULL;
	int error = 0;

	netlink_put_string(message, IFLA_IFNAME, name);
	/* In the creating message: a crash after it leaves a bridge that is known as netd's. */
	netlink_put_u32(message, IFLA_GROUP, LINK_GROUP_BRIDGE);
	/* An address that is set pins the bridge's: no port can take it over. */
	netlink_put(message, IFLA_ADDRESS, mac, MAC_SIZE);
	info = netlink_nest(message, IFLA_LINKINFO);
	netlink_put_string(message, IFLA_INFO_KIND, "bridge");
	data = netlink_nest(message, IFLA_INFO_DATA);
	netlink_put_u32(message, IFLA_BR_FORWARD_DELAY, 0);
	/* Without a querier on the bridge, snooping only loses multicast. */
	netlink_put_u8(message, IFLA_BR_MCAST_SNOOPING, 0);
	netlink_nest_end(message, data);
	netlink_nest_end(message, info);
	error = netlink_commit(netd->route, &batch);
	return error == -EEXIST ? 0 : error;
}

static int add_address(struct netlink *route, int bridge, const struct cidr *address)
{
	const struct ifaddrmsg head = {.ifa_family = AF_INET,
		.ifa_prefixlen = (uint8_t)address->prefix,
		.ifa_index = (uint32_t)bridge};
	struct netlink_batch batch = {0};

	netlink_put_u32(netlink_batch_add(&batch, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &head,
				sizeof(head)),
		IFA_LOCAL, htonl(address->address));
	return netlink_commit(route, &batch);
}

int bridge_complete(const struct netd *netd, struct link *bridge, const struct cidr *address)
{
	OWNED_OBJECT struct rtnl_link *change = NULL;
	/* The alias comes last, and says from then on whether the host is there. */
	bool done = bridge->alias[0] != '\0', host = address != NULL && address->prefix > 0;
	int error = 0;

	if (!link_is_own_bridge(bridge) || (done && netd->reaper >= 0))
		return 0;
	if (done)
		return guard_host(netd->nft, bridge, alias_has_host(bridge->alias));
	error = guard_host(netd->nft, bridge, host);
	if (error == 0 && host)
		error = add_address(netd->route, bridge->ifindex, address);
	if (error < 0)
		return error;
	change = change_begin(bridge->ifindex);
	if (bridge->ipv6)
		change_set_no_addresses(change);
	snprintf(bridge->alias, sizeof(bridge->alias), "%s",
		host ? ALIAS_BRIDGE_HOST : ALIAS_BRIDGE);
	rtnl_link_set_ifalias(change, bridge->alias);
	return change_commit(netd->route, change, 0);
}

bool bridge_keep(const struct netd *netd, struct link *bridge)
{
	int ports = link_count_ports(netd->route, bridge->ifindex);

	if (ports <= 0)
		return ports < 0;
	if (!bridge->up && guard_host(netd->nft, bridge, alias_has_host(bridge->alias)) == 0)
		link_set_up(netd->route, bridge->ifindex, true);
	return true;
}

/* Still the empty bridge of netd's that it was? Its name is what the kernel deletes by. */
static bool is_empty(struct netlink *route, int ifindex, struct link *ret_bridge)
{
	return link_count_ports(route, ifindex) == 0 && link_get(route, ifindex, ret_bridge) == 0 &&
	       link_is_own_bridge(ret_bridge);
}

void bridge_remove_empty(struct netlink *route, int ifindex)
{
	struct link bridge = {0};

	if (!is_empty(route, ifindex, &bridge) || link_set_up(route, ifindex, false) < 0)
		return;
	if (!is_empty(route, ifindex, &bridge)) {
		link_set_up(route, ifindex, true);
		return;
	}
	/* Here an attachment may still come: it sets the bridge up, and this is refused. */
	if (link_ioctl(SIOCBRDELBR, bridge.name) == 0)
		log_line(LOG_INFO, "bridge '%s' removed: its last port left", bridge.name);
}
