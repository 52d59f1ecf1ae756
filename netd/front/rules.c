/* SPDX-License-Identifier: MIT
 * What the kernel says of nftables: is netd's table still there? */
#include "netd/front/rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>

#include "netd/kernel/kernel.h"
#include "netd/kernel/nft.h"

/* Is the announced table one that nobody else can remove? Then netd has just made it its own. */
static bool is_owned(struct nlmsghdr *header)
{
	struct nlattr *flags = nlmsg_find_attr(header, sizeof(struct nfgenmsg), NFTA_TABLE_FLAGS);

	return flags != NULL && (nla_get_u32(flags) & htonl(KERNEL_NFT_TABLE_OWNER)) != 0;
}

void rules_take(struct nlmsghdr *header, void *lost)
{
	const struct nfgenmsg *head = nlmsg_data(header);
	struct nlattr *name = NULL;

	if (!nlmsg_valid_hdr(header, sizeof(*head)) || head->nfgen_family != NFPROTO_NETDEV)
		return;
	name = nlmsg_find_attr(header, sizeof(*head), NFTA_TABLE_NAME);
	if (name == NULL || nla_strcmp(name, NFT_TABLE) != 0)
		return;
	if (header->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE))
		*(bool *)lost = true;
	if (header->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE) &&
		is_owned(header))
		*(bool *)lost = false;
}
