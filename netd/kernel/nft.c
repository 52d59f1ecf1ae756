/* SPDX-License-Identifier: MIT
 * The nftables objects of netd.
 *
 * A chain sits in the ingress hook of a device: of a port, where frames come from the guest before
 * the bridge sees them; or of a bridge, where they pass when the bridge hands them up to the host.
 * Message layout: include/uapi/linux/netfilter/nf_tables.h of the kernel. */
#include "netd/kernel/nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "netd/kernel/netlink.h"

#define CHAIN_SIZE 32
/* Before every other user of the hook. */
#define PRIORITY (-500)

static void chain_name(bool host, int ifindex, char ret_name[CHAIN_SIZE])
{
	snprintf(ret_name, CHAIN_SIZE, "%s-%d", host ? "host" : "port", ifindex);
}

static struct nl_msg *add(struct netlink_batch *batch, uint8_t operation, uint16_t flags)
{
	struct nfgenmsg head = {.nfgen_family = NFPROTO_NETDEV, .version = NFNETLINK_V0};

	return netlink_batch_add(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | operation), flags,
		&head, sizeof(head));
}

/* Changes are transactions: all of what stands between begin and end, or nothing. */
static void add_bracket(struct netlink_batch *batch, uint16_t type)
{
	struct nfgenmsg head = {.nfgen_family = AF_UNSPEC,
		.version = NFNETLINK_V0,
		.res_id = htons(NFNL_SUBSYS_NFTABLES)};

	netlink_batch_add(batch, type, 0, &head, sizeof(head));
}

static void add_rule(struct netlink_batch *batch, const char *chain, const struct nft_rule *rule)
{
	struct nl_msg *message = add(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

	netlink_put_string(message, NFTA_RULE_TABLE, NFT_TABLE);
	netlink_put_string(message, NFTA_RULE_CHAIN, chain);
	nft_rule_put(message, rule);
}

static void put_hook(struct nl_msg *message, const char *device)
{
	struct nlattr *hook = netlink_nest(message, NFTA_CHAIN_HOOK);

	nft_rule_put_number(message, NFTA_HOOK_HOOKNUM, NF_NETDEV_INGRESS);
	nft_rule_put_number(message, NFTA_HOOK_PRIORITY, (uint32_t)PRIORITY);
	netlink_put_string(message, NFTA_HOOK_DEV, device);
	netlink_nest_end(message, hook);
}

static void add_chain(struct netlink_batch *batch, const struct nft_chain *chain, const char *name)
{
	struct nl_msg *message = add(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);

	netlink_put_string(message, NFTA_CHAIN_TABLE, NFT_TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, name);
	put_hook(message, chain->device);
	nft_rule_put_number(message, NFTA_CHAIN_POLICY, chain->drops ? NF_DROP : NF_ACCEPT);
	netlink_put_string(message, NFTA_CHAIN_TYPE, "filter");
	for (size_t i = 0; i < chain->n; i++)
		if (chain->rules[i].verdict != NFT_NO_RULE)
			add_rule(batch, name, &chain->rules[i]);
}

static void add_removal(struct netlink_batch *batch, const char *chain)
{
	struct nl_msg *message = add(batch, NFT_MSG_DELCHAIN, 0);

	netlink_put_string(message, NFTA_CHAIN_TABLE, NFT_TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, chain);
}

int nft_make(struct netlink *nft, const struct nft_chain *chain, bool is_there)
{
	struct netlink_batch batch = {0};
	char name[CHAIN_SIZE] = "";

	chain_name(chain->host, chain->ifindex, name);
	add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
	netlink_put_string(add(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE), NFTA_TABLE_NAME, NFT_TABLE);
	if (is_there)
		add_removal(&batch, name);
	add_chain(&batch, chain, name);
	add_bracket(&batch, NFNL_MSG_BATCH_END);
	return netlink_commit(nft, &batch, NULL);
}

/* What the kernel says of a chain. */
struct found {
	bool exists;
	bool drops;
	char device[IFNAME_SIZE]; /* where it is hooked in */
};

static void take_chain(struct nlmsghdr *header, void *context)
{
	struct found *found = context;
	struct nlattr *attributes[NFTA_CHAIN_MAX + 1] = {0};
	struct nlattr *hook[NFTA_HOOK_MAX + 1] = {0};

	if (nlmsg_parse(header, sizeof(struct nfgenmsg), attributes, NFTA_CHAIN_MAX, NULL) < 0)
		return;
	found->exists = true;
	found->drops = attributes[NFTA_CHAIN_POLICY] != NULL &&
		       nla_get_u32(attributes[NFTA_CHAIN_POLICY]) == htonl(NF_DROP);
	if (attributes[NFTA_CHAIN_HOOK] != NULL &&
		nla_parse_nested(hook, NFTA_HOOK_MAX, attributes[NFTA_CHAIN_HOOK], NULL) == 0 &&
		hook[NFTA_HOOK_DEV] != NULL)
		nla_strlcpy(found->device, hook[NFTA_HOOK_DEV], sizeof(found->device));
}

static struct found find(struct netlink *nft, const char *chain)
{
	struct netlink_batch batch = {0};
	struct found found = {0};
	struct nl_msg *message = add(&batch, NFT_MSG_GETCHAIN, 0);

	netlink_put_string(message, NFTA_CHAIN_TABLE, NFT_TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, chain);
	if (netlink_query(nft, &batch, take_chain, &found) < 0)
		found = (struct found){0};
	return found;
}

int nft_ensure(struct netlink *nft, const struct nft_chain *chain)
{
	struct found found = {0};
	char name[CHAIN_SIZE] = "";

	chain_name(chain->host, chain->ifindex, name);
	found = find(nft, name);
	/* A device that was renamed has lost its hook, but not its chain. */
	if (found.exists && found.drops == chain->drops && strcmp(found.device, chain->device) == 0)
		return 0;
	return nft_make(nft, chain, found.exists);
}

int nft_remove_chain(struct netlink *nft, int ifindex)
{
	int error = 0;

	for (int host = false; host <= true && error == 0; host++) {
		struct netlink_batch batch = {0};
		char name[CHAIN_SIZE] = "";

		chain_name(host, ifindex, name);
		/* Asked first: a transaction that fails sleeps, and all others wait for it. Kernels
		 * before 6.16 remove the chain together with its only device. */
		if (!find(nft, name).exists)
			continue;
		add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
		add_removal(&batch, name);
		add_bracket(&batch, NFNL_MSG_BATCH_END);
		error = netlink_commit(nft, &batch, NULL);
	}
	return error == -ENOENT ? 0 : error;
}

struct visit {
	nft_visitor *visitor;
	void *context;
};

static void visit_one(struct nlmsghdr *header, void *context)
{
	const struct visit *visit = context;
	struct nlattr *attributes[NFTA_CHAIN_MAX + 1] = {0};
	const char *name = NULL;
	uint32_t ifindex = 0;

	if (nlmsg_parse(header, sizeof(struct nfgenmsg), attributes, NFTA_CHAIN_MAX, NULL) < 0 ||
		attributes[NFTA_CHAIN_TABLE] == NULL || attributes[NFTA_CHAIN_NAME] == NULL ||
		nla_strcmp(attributes[NFTA_CHAIN_TABLE], NFT_TABLE) != 0)
		return;
	name = nla_get_string(attributes[NFTA_CHAIN_NAME]);
	name = strchr(name, '-');
	if (name != NULL && number_parse(name + 1, strlen(name + 1), INT32_MAX, &ifindex))
		visit->visitor((int)ifindex, visit->context);
}

int nft_each_chain(struct netlink *nft, nft_visitor *visitor, void *context)
{
	struct netlink_batch batch = {0};
	struct visit visit = {.visitor = visitor, .context = context};

	add(&batch, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return netlink_query(nft, &batch, visit_one, &visit);
}
