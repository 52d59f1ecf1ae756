/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: what changes links and entries. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netd/kernel/pair.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

static bool get_flag(struct nlattr *const *attributes, int type)
{
	return attributes[type] != NULL && nla_get_u8(attributes[type]) != 0;
}

/* The flags of a port; the kernel takes them from what is said of the link's kind. */
static int set_port(struct kernel_link *link, struct nlattr *info)
{
	struct nlattr *kinds[IFLA_INFO_MAX + 1] = {0}, *attributes[IFLA_BRPORT_MAX + 1] = {0};

	EXPECT(nla_parse_nested(kinds, IFLA_INFO_MAX, info, NULL) == 0);
	if (link->link.master == 0)
		return -EOPNOTSUPP;
	EXPECT(nla_strcmp(kinds[IFLA_INFO_SLAVE_KIND], "bridge") == 0);
	EXPECT(nla_parse_nested(attributes, IFLA_BRPORT_MAX, kinds[IFLA_INFO_SLAVE_DATA], NULL) ==
		0);
	link->link.port = (struct link_port){
		.locked = get_flag(attributes, IFLA_BRPORT_LOCKED),
		.learning = get_flag(attributes, IFLA_BRPORT_LEARNING),
		.guard = get_flag(attributes, IFLA_BRPORT_GUARD),
		.root_block = get_flag(attributes, IFLA_BRPORT_PROTECT),
		.isolated = get_flag(attributes, IFLA_BRPORT_ISOLATED),
	};
	return 0;
}

static int set_master(struct kernel *kernel, struct kernel_link *link, int master)
{
	const struct kernel_link *bridge = kernel_find(kernel, master);

	if (master != 0 && (bridge == NULL || strcmp(bridge->link.kind, "bridge") != 0))
		return -EINVAL;
	link->link.master = master;
	return 0;
}

static void set_name(char *to, size_t size, const struct nlattr *attribute)
{
	EXPECT(nla_len(attribute) > 0 && (size_t)nla_len(attribute) <= size);
	memset(to, 0, size);
	memcpy(to, nla_data(attribute), (size_t)nla_len(attribute));
	EXPECT(to[nla_len(attribute) - 1] == '\0');
}

static void set_families(struct link *link, struct nlattr *spec)
{
	struct nlattr *families[AF_MAX + 1] = {0}, *inet6[IFLA_INET6_MAX + 1] = {0};

	EXPECT(nla_parse_nested(families, AF_MAX, spec, NULL) == 0 && families[AF_INET6] != NULL);
	EXPECT(nla_parse_nested(inet6, IFLA_INET6_MAX, families[AF_INET6], NULL) == 0);
	link->addrgenmode = nla_get_u8(inet6[IFLA_INET6_ADDR_GEN_MODE]);
}

/* What an RTM_NEWLINK says of a link, new or old. */
static int set_link(
	struct kernel *kernel, struct kernel_link *link, struct nlattr *const *attributes)
{
	if (attributes[IFLA_ADDRESS] != NULL)
		memcpy(link->link.mac, nla_data(attributes[IFLA_ADDRESS]), MAC_SIZE);
	if (attributes[IFLA_MTU] != NULL)
		link->link.mtu = nla_get_u32(attributes[IFLA_MTU]);
	if (attributes[IFLA_GROUP] != NULL)
		link->link.group = nla_get_u32(attributes[IFLA_GROUP]);
	if (attributes[IFLA_AF_SPEC] != NULL)
		set_families(&link->link, attributes[IFLA_AF_SPEC]);
	if (attributes[IFLA_IFALIAS] != NULL)
		set_name(link->link.alias, LINK_ALIAS_SIZE, attributes[IFLA_IFALIAS]);
	if (attributes[IFLA_MASTER] != NULL)
		return set_master(kernel, link, (int)nla_get_u32(attributes[IFLA_MASTER]));
	return 0;
}

/* A link of a name that an attribute says. */
static int add_named(struct kernel *kernel, const struct nlattr *attribute, const char *kind,
	struct kernel_link **ret_link)
{
	char name[IFNAME_SIZE] = "";

	EXPECT(attribute != NULL);
	set_name(name, sizeof(name), attribute);
	EXPECT(ifname_valid(name, strlen(name)));
	if (kernel_find_name(kernel, name) != NULL)
		return -EEXIST;
	*ret_link = kernel_add(kernel, name, kind);
	return *ret_link == NULL ? -ENFILE : 0;
}

/* The end in a client's namespace, in which "lo" is taken. */
static int add_away(
	struct kernel *kernel, struct nlattr *const *attributes, struct kernel_link **ret_link)
{
	const char *name = nla_get_string(attributes[IFLA_IFNAME]);

	EXPECT(ifname_valid(name, strlen(name)) && attributes[IFLA_MTU] != NULL);
	EXPECT(fcntl((int)nla_get_u32(attributes[IFLA_NET_NS_FD]), F_GETFD) >= 0);
	/* netd makes none in a namespace of others. */
	EXPECT(!kernel->host_is_it);
	if (strcmp(name, "lo") == 0)
		return -EEXIST;
	*ret_link = kernel_add(kernel, name, "veth");
	if (*ret_link == NULL)
		return -ENFILE;
	(*ret_link)->away = true;
	return set_link(kernel, *ret_link, attributes);
}

static int add_peer(struct kernel *kernel, struct kernel_link *link, struct nlattr *data)
{
	struct nlattr *options[VETH_INFO_MAX + 1] = {0}, *attributes[IFLA_MAX + 1] = {0};
	struct nlattr *info = NULL;
	struct kernel_link *peer = NULL;
	const int skip = sizeof(struct ifinfomsg); /* 16, which is aligned */
	int error = 0;

	EXPECT(nla_parse_nested(options, VETH_INFO_MAX, data, NULL) == 0);
	info = options[VETH_INFO_PEER];
	EXPECT(info != NULL && nla_len(info) > skip);
	EXPECT(nla_parse(attributes, IFLA_MAX,
		       (struct nlattr *)(void *)((char *)nla_data(info) + skip),
		       nla_len(info) - skip, NULL) == 0);
	error = attributes[IFLA_NET_NS_FD] != NULL
			? add_away(kernel, attributes, &peer)
			: add_named(kernel, attributes[IFLA_IFNAME], "veth", &peer);
	if (error < 0)
		return error;
	peer->link.peer = link->link.ifindex;
	link->link.peer = peer->link.ifindex;
	return 0;
}

/* A bridge, or a pair. */
static int create(struct kernel *kernel, struct nlattr *const *attributes)
{
	struct nlattr *kinds[IFLA_INFO_MAX + 1] = {0};
	const char *kind = NULL;
	struct kernel_link *link = NULL;
	int error = 0;

	EXPECT(attributes[IFLA_LINKINFO] != NULL);
	EXPECT(nla_parse_nested(kinds, IFLA_INFO_MAX, attributes[IFLA_LINKINFO], NULL) == 0);
	kind = nla_get_string(kinds[IFLA_INFO_KIND]);
	EXPECT(strcmp(kind, "bridge") == 0 || strcmp(kind, "veth") == 0);
	error = add_named(kernel, attributes[IFLA_IFNAME], kind, &link);
	if (error == 0 && strcmp(kind, "veth") == 0)
		error = add_peer(kernel, link, kinds[IFLA_INFO_DATA]);
	if (error == 0)
		return set_link(kernel, link, attributes);
	if (link != NULL)
		kernel_remove(kernel, link);
	return error;
}

/* What is up is tied to a cable or guarded: else it were the host's own, or open to everybody. */
static void check_up(struct kernel *kernel, const struct kernel_link *link)
{
	const struct link *port = &link->link;
	const struct kernel_chain *chain = NULL;
	int tap = pair_tap(port);

	if (strcmp(port->kind, "bridge") == 0 || (port->master == 0 && port->peer != 0))
		return;
	if (port->master == 0) {
		EXPECT(link->redirect != 0 && kernel_find(kernel, link->redirect) != NULL);
		return;
	}
	chain = kernel_find_chain_of(kernel, "port", tap > 0 ? tap : port->ifindex);
	EXPECT(chain != NULL && chain->rules > 0 && kernel_has_device(chain, port->name));
}

static int change(struct kernel *kernel, struct nlmsghdr *header, struct nlattr *const *attributes)
{
	const struct ifinfomsg *head = nlmsg_data(header);
	struct kernel_link *link = kernel_find(kernel, head->ifi_index);
	char name[IFNAME_SIZE] = "";
	int error = 0;

	if (link == NULL)
		return -ENODEV;
	if (attributes[IFLA_LINKINFO] != NULL)
		error = set_port(link, attributes[IFLA_LINKINFO]);
	if (error < 0)
		return error;
	if (attributes[IFLA_IFNAME] != NULL) {
		set_name(name, sizeof(name), attributes[IFLA_IFNAME]);
		if (kernel_find_name(kernel, name) != NULL)
			return -EEXIST;
		memcpy(link->link.name, name, sizeof(name));
	}
	if (head->ifi_change & IFF_UP)
		link->link.up = (head->ifi_flags & IFF_UP) != 0;
	error = set_link(kernel, link, attributes);
	if (link->link.up && !kernel->lied)
		check_up(kernel, link);
	return error;
}

static int delete (struct kernel *kernel, struct nlattr *const *attributes)
{
	/* netd deletes one group, which nobody else's links are in. */
	EXPECT(attributes[IFLA_GROUP] != NULL);
	EXPECT(nla_get_u32(attributes[IFLA_GROUP]) == LINK_GROUP_CONDEMNED);
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		if (kernel->links[i].link.ifindex > 0 &&
			kernel->links[i].link.group == LINK_GROUP_CONDEMNED)
			kernel_remove(kernel, &kernel->links[i]);
	return 0;
}

static bool same_bridge(struct kernel *kernel, int one, int other)
{
	const struct kernel_link *a = kernel_find(kernel, one), *b = kernel_find(kernel, other);

	return a != NULL && b != NULL && a->link.master != 0 && a->link.master == b->link.master;
}

static int add_entry(struct kernel *kernel, struct nlmsghdr *header)
{
	const struct ndmsg *head = nlmsg_data(header);
	const struct nlattr *mac = nlmsg_find_attr(header, sizeof(*head), NDA_LLADDR);
	struct kernel_entry *place = NULL;

	EXPECT(mac != NULL && nla_len(mac) == MAC_SIZE);
	if (!same_bridge(kernel, head->ndm_ifindex, head->ndm_ifindex))
		return -EINVAL;
	for (size_t i = 0; i < KERNEL_ENTRIES; i++) {
		struct kernel_entry *entry = &kernel->entries[i];

		if (entry->port == 0)
			place = entry;
		else if (memcmp(entry->mac, nla_data(mac), MAC_SIZE) == 0 &&
			 same_bridge(kernel, entry->port, head->ndm_ifindex)) {
			if (header->nlmsg_flags & NLM_F_EXCL)
				return -EEXIST;
			place = entry;
			break;
		}
	}
	if (place == NULL)
		return -ENOMEM;
	*place = (struct kernel_entry){.port = head->ndm_ifindex,
		.pinned = (head->ndm_state & NUD_NOARP) && (head->ndm_flags & NTF_STICKY)};
	memcpy(place->mac, nla_data(mac), MAC_SIZE);
	return 0;
}

int kernel_apply(struct kernel *kernel, struct nlmsghdr *header)
{
	struct nlattr *attributes[IFLA_MAX + 1] = {0};

	if (header->nlmsg_type == RTM_NEWNEIGH)
		return add_entry(kernel, header);
	if (header->nlmsg_type == RTM_NEWADDR)
		return 0;
	EXPECT(nlmsg_parse(header, sizeof(struct ifinfomsg), attributes, IFLA_MAX, NULL) == 0);
	if (header->nlmsg_type == RTM_DELLINK)
		return delete (kernel, attributes);
	EXPECT(header->nlmsg_type == RTM_NEWLINK || header->nlmsg_type == RTM_SETLINK);
	return header->nlmsg_flags & NLM_F_CREATE ? create(kernel, attributes)
						  : change(kernel, header, attributes);
}
