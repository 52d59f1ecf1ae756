/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: what it answers to questions. The linker puts __wrap_NAME in the place
 * of NAME. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netd/kernel/netlink.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

int __wrap_netlink_query(struct netlink *netlink, struct netlink_batch *batch,
	netlink_handler *handler, void *context);

/* Not as it is. */
static void distort(struct kernel *kernel, struct link *link)
{
	uint8_t byte = kernel_byte(kernel);

	kernel->lied = true;
	if (byte & 1)
		link->master = kernel_byte(kernel);
	if (byte & 2)
		link->group = LINK_GROUP_BRIDGE;
	if (byte & 4)
		memcpy(link->kind, "veth", sizeof("veth"));
	if (byte & 8)
		link->up = !link->up;
	if (byte & 16)
		link->alias[kernel_byte(kernel) % 64] ^= 1;
	if (byte & 32)
		link->tun.queues++;
	if (byte & 64)
		link->mtu = kernel_byte(kernel) * 100u;
	if (byte & 128)
		link->name[0] ^= 1;
}

/* An answer whose attributes are any bytes. */
static void garble(struct kernel *kernel, netlink_handler *handler, void *context)
{
	struct ifinfomsg head = {.ifi_index = kernel_byte(kernel)};
	struct netlink_batch batch = {0};
	struct nl_msg *message = netlink_batch_add(&batch, RTM_NEWLINK, 0, &head, sizeof(head));
	uint8_t bytes[64] = {0};

	kernel->lied = true;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = kernel_byte(kernel);
	EXPECT(nlmsg_append(message, bytes, sizeof(bytes), NLMSG_ALIGNTO) == 0);
	handler(nlmsg_hdr(message), context);
	nlmsg_free(message);
}

static void tell(
	const struct link *link, unsigned int mood, netlink_handler *handler, void *context)
{
	struct link told = *link;
	struct nl_msg *message = NULL;

	if (mood == KERNEL_GARBLE) {
		garble(kernel_now(), handler, context);
		return;
	}
	if (mood == KERNEL_LIE)
		distort(kernel_now(), &told);
	message = kernel_describe(&told);
	handler(nlmsg_hdr(message), context);
	nlmsg_free(message);
}

/* Does the filter of a dump let this link pass? */
static bool asked_for(struct nlmsghdr *header, const struct link *link)
{
	struct nlattr *master = nlmsg_find_attr(header, sizeof(struct ifinfomsg), IFLA_MASTER);
	struct nlattr *info = nlmsg_find_attr(header, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	struct nlattr *kind =
		info == NULL ? NULL : nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND);

	return (master == NULL || link->master == (int)nla_get_u32(master)) &&
	       (kind == NULL || nla_strcmp(kind, link->kind) == 0);
}

static int query_link(
	struct nlmsghdr *header, unsigned int mood, netlink_handler *handler, void *context)
{
	const struct ifinfomsg *head = nlmsg_data(header);
	const struct nlattr *name = nlmsg_find_attr(header, sizeof(*head), IFLA_IFNAME);
	const struct kernel_link *found = NULL;
	struct kernel *kernel = kernel_now();

	if ((header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		for (size_t i = 0; i < KERNEL_LINKS; i++)
			if (kernel->links[i].link.ifindex > 0 &&
				asked_for(header, &kernel->links[i].link))
				tell(&kernel->links[i].link, mood, handler, context);
		return 0;
	}
	found = name == NULL ? kernel_find(kernel, head->ifi_index)
			     : kernel_find_name(kernel, nla_data(name));
	if (found == NULL)
		return -ENODEV;
	if (mood != KERNEL_IGNORE)
		tell(&found->link, mood, handler, context);
	return 0;
}

/* The entry of an address on a bridge. */
static int query_entry(struct nlmsghdr *header, netlink_handler *handler, void *context)
{
	struct nlattr *master = nlmsg_find_attr(header, sizeof(struct ndmsg), NDA_MASTER);
	struct nlattr *mac = nlmsg_find_attr(header, sizeof(struct ndmsg), NDA_LLADDR);
	struct kernel *kernel = kernel_now();

	EXPECT(master != NULL && mac != NULL);
	for (size_t i = 0; i < KERNEL_ENTRIES; i++) {
		const struct kernel_entry *entry = &kernel->entries[i];
		const struct kernel_link *port = kernel_find(kernel, entry->port);
		struct ndmsg head = {.ndm_family = AF_BRIDGE, .ndm_ifindex = entry->port};
		struct netlink_batch batch = {0};

		if (port == NULL || port->link.master != (int)nla_get_u32(master) ||
			memcmp(entry->mac, nla_data(mac), MAC_SIZE) != 0)
			continue;
		head.ndm_state = NUD_NOARP;
		head.ndm_flags = entry->pinned ? NTF_STICKY : 0;
		handler(nlmsg_hdr(netlink_batch_add(&batch, RTM_NEWNEIGH, 0, &head, sizeof(head))),
			context);
		nlmsg_free(batch.messages[0]);
		return 0;
	}
	return -ENOENT;
}

static void tell_chain(const char *name, netlink_handler *handler, void *context)
{
	struct nfgenmsg head = {.nfgen_family = NFPROTO_NETDEV};
	struct netlink_batch batch = {0};
	struct nl_msg *message = netlink_batch_add(&batch,
		(uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN), 0, &head, sizeof(head));

	netlink_put_string(message, NFTA_CHAIN_TABLE, "owvm");
	netlink_put_string(message, NFTA_CHAIN_NAME, name);
	handler(nlmsg_hdr(message), context);
	nlmsg_free(message);
}

static int query_chain(struct nlmsghdr *header, netlink_handler *handler, void *context)
{
	struct nlattr *name = nlmsg_find_attr(header, sizeof(struct nfgenmsg), NFTA_CHAIN_NAME);
	struct kernel *kernel = kernel_now();
	bool found = name == NULL;

	for (size_t i = 0; i < KERNEL_CHAINS; i++)
		if (kernel->table.chains[i].name[0] != '\0' &&
			(name == NULL || nla_strcmp(name, kernel->table.chains[i].name) == 0)) {
			tell_chain(kernel->table.chains[i].name, handler, context);
			found = true;
		}
	return found ? 0 : -ENOENT;
}

int __wrap_netlink_query(struct netlink *netlink, struct netlink_batch *batch,
	netlink_handler *handler, void *context)
{
	struct nlmsghdr *header = NULL;
	unsigned int mood = 0;
	int error = kernel_decide(kernel_now(), &mood);

	EXPECT(batch->n == 1);
	header = nlmsg_hdr(batch->messages[0]);
	if (error == 0 && netlink->nft)
		error = query_chain(header, handler, context);
	else if (error == 0 && header->nlmsg_type == RTM_GETLINK)
		error = query_link(header, mood, handler, context);
	else if (error == 0 && header->nlmsg_type == RTM_GETNEIGH)
		error = query_entry(header, handler, context);
	nlmsg_free(batch->messages[0]);
	batch->n = 0;
	return error;
}
