/* SPDX-License-Identifier: MIT
 * What rtnetlink says of a link, and the few changes that are made outside a port's batch.
 * Attributes: rtnetlink(7) and include/uapi/linux/if_link.h of the kernel. */
#include "netd/kernel/link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/route/link.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "netd/kernel/change.h"
#include "netd/kernel/netlink.h"

static bool attribute_bool(struct nlattr *const *attributes, int type)
{
	return attributes[type] != NULL && nla_get_u8(attributes[type]) != 0;
}

static uint32_t attribute_u32(const struct nlattr *attribute, uint32_t otherwise)
{
	return attribute == NULL ? otherwise : nla_get_u32(attribute);
}

static void copy_string(char *to, size_t size, struct nlattr *attribute)
{
	/* The kernel's own strings fit: names have 15 characters, aliases 255. */
	if (attribute != NULL)
		nla_strlcpy(to, attribute, size);
}

static void parse_port(struct nlattr *data, struct link_port *port)
{
	struct nlattr *attributes[IFLA_BRPORT_MAX + 1] = {0};

	if (nla_parse_nested(attributes, IFLA_BRPORT_MAX, data, NULL) < 0)
		return;
	port->locked = attribute_bool(attributes, IFLA_BRPORT_LOCKED);
	port->learning = attribute_bool(attributes, IFLA_BRPORT_LEARNING);
	port->guard = attribute_bool(attributes, IFLA_BRPORT_GUARD);
	port->root_block = attribute_bool(attributes, IFLA_BRPORT_PROTECT);
	port->isolated = attribute_bool(attributes, IFLA_BRPORT_ISOLATED);
}

/* Owner and group are left out where there is none, and the queues of a tap that has but one. */
static void parse_tun(struct nlattr *data, struct link_tun *tun)
{
	struct nlattr *attributes[IFLA_TUN_MAX + 1] = {0};

	if (nla_parse_nested(attributes, IFLA_TUN_MAX, data, NULL) < 0)
		return;
	tun->persist = attribute_bool(attributes, IFLA_TUN_PERSIST);
	tun->multi_queue = attribute_bool(attributes, IFLA_TUN_MULTI_QUEUE);
	tun->owner = attribute_u32(attributes[IFLA_TUN_OWNER], UINT32_MAX);
	tun->group = attribute_u32(attributes[IFLA_TUN_GROUP], UINT32_MAX);
	tun->queues = attribute_u32(attributes[IFLA_TUN_NUM_QUEUES], 1);
	tun->disabled = attribute_u32(attributes[IFLA_TUN_NUM_DISABLED_QUEUES], 0);
}

static void parse_info(struct nlattr *info, struct link *link)
{
	struct nlattr *attributes[IFLA_INFO_MAX + 1] = {0};

	if (nla_parse_nested(attributes, IFLA_INFO_MAX, info, NULL) < 0)
		return;
	copy_string(link->kind, sizeof(link->kind), attributes[IFLA_INFO_KIND]);
	if (attributes[IFLA_INFO_SLAVE_KIND] != NULL && attributes[IFLA_INFO_SLAVE_DATA] != NULL &&
		nla_strcmp(attributes[IFLA_INFO_SLAVE_KIND], "bridge") == 0)
		parse_port(attributes[IFLA_INFO_SLAVE_DATA], &link->port);
	if (attributes[IFLA_INFO_DATA] != NULL && strcmp(link->kind, "tun") == 0)
		parse_tun(attributes[IFLA_INFO_DATA], &link->tun);
}

static void parse_families(struct nlattr *spec, struct link *link)
{
	struct nlattr *families[AF_MAX + 1] = {0};
	struct nlattr *inet6[IFLA_INET6_MAX + 1] = {0};

	if (nla_parse_nested(families, AF_MAX, spec, NULL) < 0 || families[AF_INET6] == NULL ||
		nla_parse_nested(inet6, IFLA_INET6_MAX, families[AF_INET6], NULL) < 0 ||
		inet6[IFLA_INET6_ADDR_GEN_MODE] == NULL)
		return;
	link->ipv6 = true;
	link->addrgenmode = nla_get_u8(inet6[IFLA_INET6_ADDR_GEN_MODE]);
}

bool link_parse(struct nlmsghdr *header, struct link *ret_link)
{
	struct nlattr *attributes[IFLA_MAX + 1] = {0};
	const struct ifinfomsg *head = nlmsg_data(header);
	struct link link = {0};

	if ((header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK) ||
		head->ifi_family != AF_UNSPEC ||
		nlmsg_parse(header, sizeof(*head), attributes, IFLA_MAX, NULL) < 0)
		return false;
	link.ifindex = head->ifi_index;
	link.up = (head->ifi_flags & IFF_UP) != 0;
	copy_string(link.name, sizeof(link.name), attributes[IFLA_IFNAME]);
	copy_string(link.alias, sizeof(link.alias), attributes[IFLA_IFALIAS]);
	link.master = (int)attribute_u32(attributes[IFLA_MASTER], 0);
	link.peer = (int)attribute_u32(attributes[IFLA_LINK], 0);
	link.group = attribute_u32(attributes[IFLA_GROUP], 0);
	link.mtu = attribute_u32(attributes[IFLA_MTU], 0);
	if (attributes[IFLA_ADDRESS] != NULL && nla_len(attributes[IFLA_ADDRESS]) == MAC_SIZE)
		memcpy(link.mac, nla_data(attributes[IFLA_ADDRESS]), MAC_SIZE);
	if (attributes[IFLA_LINKINFO] != NULL)
		parse_info(attributes[IFLA_LINKINFO], &link);
	if (attributes[IFLA_AF_SPEC] != NULL)
		parse_families(attributes[IFLA_AF_SPEC], &link);
	*ret_link = link;
	return true;
}

bool link_is_own_bridge(const struct link *link)
{
	return link->group == LINK_GROUP_BRIDGE && strcmp(link->kind, "bridge") == 0;
}

struct nl_msg *link_message(struct netlink_batch *batch, uint16_t type, uint16_t flags, int ifindex)
{
	const struct ifinfomsg head = {.ifi_index = ifindex};

	return netlink_batch_add(batch, type, flags, &head, sizeof(head));
}

static void take_one(struct nlmsghdr *header, void *context)
{
	link_parse(header, context);
}

/* Send a prepared RTM_GETLINK; the statistics, most of an answer's bytes, are left out. */
static int get(struct netlink *route, struct netlink_batch *batch, struct link *ret_link)
{
	struct link link = {0};
	int error = 0;

	netlink_put_u32(batch->messages[0], IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	error = netlink_query(route, batch, take_one, &link);
	if (error < 0)
		return error;
	if (link.ifindex == 0)
		return -EIO;
	*ret_link = link;
	return 0;
}

int link_get(struct netlink *route, int ifindex, struct link *ret_link)
{
	struct netlink_batch batch = {0};

	link_message(&batch, RTM_GETLINK, 0, ifindex);
	return get(route, &batch, ret_link);
}

int link_get_by_name(struct netlink *route, const char *name, struct link *ret_link)
{
	struct netlink_batch batch = {0};

	netlink_put_string(link_message(&batch, RTM_GETLINK, 0, 0), IFLA_IFNAME, name);
	return get(route, &batch, ret_link);
}

/* Of links of one bridge, as the dump is of no others. */
static void count_one(struct nlmsghdr *header, void *context)
{
	struct link link = {0};

	if (link_parse(header, &link) && link.master != 0)
		++*(int *)context;
}

int link_count_ports(struct netlink *route, int bridge)
{
	int error = -EINTR, ports = 0;

	for (int i = 0; i < LINK_DUMP_TRIES && error == -EINTR; i++) {
		struct netlink_batch batch = {0};
		struct nl_msg *message = link_message(&batch, RTM_GETLINK, NLM_F_DUMP, 0);

		ports = 0;
		netlink_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		netlink_put_u32(message, IFLA_MASTER, (uint32_t)bridge);
		error = netlink_query(route, &batch, count_one, &ports);
	}
	return error < 0 ? error : ports;
}

void link_add_up(struct netlink_batch *batch, int ifindex, bool up)
{
	OWNED_OBJECT struct rtnl_link *change = change_begin(ifindex);

	(up ? rtnl_link_set_flags : rtnl_link_unset_flags)(change, IFF_UP);
	change_add(batch, change, 0);
}

int link_set_up(struct netlink *route, int ifindex, bool up)
{
	struct netlink_batch batch = {0};

	link_add_up(&batch, ifindex, up);
	return netlink_commit(route, &batch);
}

int link_detach(struct netlink *route, int ifindex)
{
	OWNED_OBJECT struct rtnl_link *change = change_begin(ifindex);
	int error = link_set_up(route, ifindex, false);

	rtnl_link_set_master(change, 0);
	return error < 0 ? error : change_commit(route, change, 0);
}

int link_rename(struct netlink *route, int ifindex, const char *name)
{
	OWNED_OBJECT struct rtnl_link *change = change_begin(ifindex);

	rtnl_link_set_name(change, name);
	return change_commit(route, change, 0);
}

int link_ioctl(unsigned long request, void *argument)
{
	OWNED_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = fd < 0 ? -1 : ioctl(fd, request, argument);

	return result < 0 ? -errno : result;
}
