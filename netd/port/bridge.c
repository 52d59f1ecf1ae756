/* SPDX-License-Identifier: MIT
 * Bridges: finding, making, and removing those that netd made. */
#include "netd/port/bridge.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <string.h>

#include "common/cidr.h"
#include "netd/kernel/change.h"
#include "netd/kernel/kernel.h"
#include "netd/kernel/netlink.h"
#include "netd/kernel/random.h"
#include "netd/message/log.h"
#include "netd/port/alias.h"
#include "netd/port/guard.h"
#include "netd/port/netd.h"

/* How many guests' addresses a bridge of netd's learns, its locked ports not counted. */
#define LEARNED_MAX 256

/* The kernel takes one IFLA_LINKINFO: what libnl-route does not know goes into the one that it has
 * made of the kind, the message's last attribute. */
static void put_bridge_data(struct nl_msg *message)
{
	struct nlattr *info =
		nlmsg_find_attr(nlmsg_hdr(message), sizeof(struct ifinfomsg), IFLA_LINKINFO);
	struct nlattr *data = NULL;

	assert((char *)info + nla_total_size(nla_len(info)) == nlmsg_tail(nlmsg_hdr(message)));
	data = netlink_nest(message, IFLA_INFO_DATA);
	netlink_put_u32(message, IFLA_BR_FORWARD_DELAY, 0);
	/* Without a querier on the bridge, snooping only loses multicast. */
	netlink_put_u8(message, IFLA_BR_MCAST_SNOOPING, 0);
	netlink_put_u32(message, KERNEL_BR_FDB_MAX_LEARNED, LEARNED_MAX);
	netlink_nest_end(message, data);
	netlink_nest_end(message, info);
}

int bridge_create(const struct netd *netd, const char *name)
{
	OWNED_OBJECT struct rtnl_link *bridge = netlink_must(rtnl_link_bridge_alloc());
	struct netlink_batch batch = {0};
	uint8_t mac[MAC_SIZE] = {0};
	int error = 0;

	random_mac(mac);
	rtnl_link_set_name(bridge, name);
	/* In the creating message: a crash after it leaves a bridge that is known as netd's. */
	rtnl_link_set_group(bridge, LINK_GROUP_BRIDGE);
	/* An address that is set pins the bridge's: no port can take it over. */
	change_set_mac(bridge, mac);
	put_bridge_data(change_add(&batch, bridge, NLM_F_CREATE | NLM_F_EXCL));
	error = netlink_commit(netd->route, &batch, NULL);
	return error == -EEXIST ? 0 : error;
}

static int add_address(struct netlink *route, int bridge, const struct cidr *address)
{
	const uint32_t bytes = htonl(address->address);
	OWNED_OBJECT struct rtnl_addr *addition = netlink_must(rtnl_addr_alloc());
	OWNED_ADDRESS local = netlink_must(nl_addr_build(AF_INET, &bytes, sizeof(bytes)));
	struct netlink_batch batch = {0};
	struct nl_msg *message = NULL;

	nl_addr_set_prefixlen(local, (int)address->prefix);
	rtnl_addr_set_ifindex(addition, bridge);
	rtnl_addr_set_local(addition, local);
	rtnl_addr_build_add_request(addition, NLM_F_CREATE | NLM_F_REPLACE, &message);
	netlink_batch_take(&batch, message);
	return netlink_commit(route, &batch, NULL);
}

bool bridge_has_host(const struct link *bridge)
{
	return strcmp(bridge->alias, ALIAS_BRIDGE_HOST) == 0;
}

/* Nothing passes between the host and a bridge of netd's before it has its chains. */
static int complete(
	const struct netd *netd, struct link *bridge, const struct cidr *address, bool anew)
{
	OWNED_OBJECT struct rtnl_link *change = NULL;
	/* The alias comes last, and says from then on whether the host is there. */
	bool done = bridge->alias[0] != '\0', host = address != NULL && address->prefix > 0;
	int error = 0;

	if (!link_is_own_bridge(bridge))
		return 0;
	if (done)
		host = bridge_has_host(bridge);
	/* Looked for each time: "flush ruleset" of an administrator takes it away. */
	error = guard_host(netd->nft, bridge, host, anew);
	if (error == 0 && host && !done)
		error = add_address(netd->route, bridge->ifindex, address);
	if (error < 0 || done)
		return error;
	change = change_begin(bridge->ifindex);
	if (bridge->ipv6)
		change_set_no_addresses(change);
	strcpy(bridge->alias, host ? ALIAS_BRIDGE_HOST : ALIAS_BRIDGE);
	rtnl_link_set_ifalias(change, bridge->alias);
	return change_commit(netd->route, change);
}

int bridge_complete(const struct netd *netd, struct link *bridge, const struct cidr *address)
{
	return complete(netd, bridge, address, false);
}

bool bridge_keep(const struct netd *netd, struct link *bridge)
{
	unsigned int ports = 0;

	if (link_count_ports(netd->route, bridge->ifindex, &ports) == 0 && ports == 0)
		return false;
	if (complete(netd, bridge, NULL, true) < 0)
		log_line(LOG_ERROR, "cannot keep the host off bridge '%s'", bridge->name);
	else if (!bridge->up)
		link_set_up(netd->route, bridge->ifindex, true);
	return true;
}

/* Still the empty bridge of netd's that it was? Its name is what the kernel deletes by. */
static bool is_empty(struct netlink *route, int ifindex, struct link *ret_bridge)
{
	unsigned int ports = 0;

	return link_count_ports(route, ifindex, &ports) == 0 && ports == 0 &&
	       link_get(route, ifindex, ret_bridge) == 0 && link_is_own_bridge(ret_bridge);
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
