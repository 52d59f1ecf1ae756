/* SPDX-License-Identifier: MIT
 * The nftables objects of netd.
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
#include "netd/kernel/kernel.h"
#include "netd/kernel/netlink.h"

#define CHAIN_SIZE 32
/* Before every other user of the hook. */
#define PRIORITY (-500)

static const struct {
	const char *name;
	uint32_t hook;
} kinds[] = {
	[NFT_FROM_PORT] = {"port", NF_NETDEV_INGRESS},
	[NFT_TO_PORT] = {"to", NF_NETDEV_EGRESS},
	[NFT_FROM_HOST] = {"away", NF_NETDEV_EGRESS},
	[NFT_TO_HOST] = {"host", NF_NETDEV_INGRESS},
};

static const char *chain_name(enum nft_kind kind, int ifindex, char ret_name[CHAIN_SIZE])
{
	snprintf(ret_name, CHAIN_SIZE, "%s-%d", kinds[kind].name, ifindex);
	return ret_name;
}

static struct nl_msg *add(struct netlink_batch *batch, uint8_t operation, uint16_t flags)
{
	struct nfgenmsg head = {.nfgen_family = NFPROTO_NETDEV, .version = NFNETLINK_V0};

	return netlink_batch_add(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | operation), flags,
		&head, sizeof(head));
}

/* `name` is the attribute for the chain's name: that of a table is the same for all. */
static struct nl_msg *add_for(
	struct netlink_batch *batch, uint8_t operation, uint16_t flags, int name, const char *chain)
{
	struct nl_msg *message = add(batch, operation, flags);

	netlink_put_string(message, NFTA_CHAIN_TABLE, NFT_TABLE);
	netlink_put_string(message, name, chain);
	return message;
}

/* Changes are transactions: all of what stands between begin and end, or nothing. */
static void add_bracket(struct netlink_batch *batch, uint16_t type)
{
	struct nfgenmsg head = {.nfgen_family = AF_UNSPEC,
		.version = NFNETLINK_V0,
		.res_id = htons(NFNL_SUBSYS_NFTABLES)};

	netlink_batch_add(batch, type, 0, &head, sizeof(head));
}

static int commit(struct netlink *nft, struct netlink_batch *batch)
{
	add_bracket(batch, NFNL_MSG_BATCH_END);
	return netlink_commit(nft, batch);
}

static struct nl_msg *add_table(struct netlink_batch *batch)
{
	struct nl_msg *message = add(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);

	netlink_put_string(message, NFTA_TABLE_NAME, NFT_TABLE);
	return message;
}

int nft_own(struct netlink *nft)
{
	int error = -EOPNOTSUPP;

	for (int anew = false; anew <= true && error == -EOPNOTSUPP; anew++) {
		struct netlink_batch batch = {0};

		add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
		if (anew)
			netlink_put_string(
				add(&batch, NFT_MSG_DELTABLE, 0), NFTA_TABLE_NAME, NFT_TABLE);
		nft_rule_put_number(add_table(&batch), NFTA_TABLE_FLAGS,
			KERNEL_NFT_TABLE_OWNER | KERNEL_NFT_TABLE_PERSIST);
		error = commit(nft, &batch);
	}
	/* There was none to be made anew. */
	return error == -ENOENT ? -EOPNOTSUPP : error;
}

static void put_hook(struct nl_msg *message, const struct nft_chain *chain)
{
	struct nlattr *hook = netlink_nest(message, NFTA_CHAIN_HOOK), *devices = NULL;

	nft_rule_put_number(message, NFTA_HOOK_HOOKNUM, kinds[chain->kind].hook);
	nft_rule_put_number(message, NFTA_HOOK_PRIORITY, (uint32_t)PRIORITY);
	devices = netlink_nest(message, NFTA_HOOK_DEVS);
	for (size_t i = 0; i < NFT_DEVICES_MAX && chain->devices[i] != NULL; i++)
		netlink_put_string(message, NFTA_DEVICE_NAME, chain->devices[i]);
	netlink_nest_end(message, devices);
	netlink_nest_end(message, hook);
	nft_rule_put_number(message, NFTA_CHAIN_POLICY, chain->drops ? NF_DROP : NF_ACCEPT);
	netlink_put_string(message, NFTA_CHAIN_TYPE, "filter");
}

/* Also of one that is not there: what does not exist cannot be removed, and a transaction that
 * fails sleeps, while all others wait for it. */
static void add_removal(struct netlink_batch *batch, const char *name)
{
	add_for(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, NFTA_CHAIN_NAME, name);
	add_for(batch, NFT_MSG_DELCHAIN, 0, NFTA_CHAIN_NAME, name);
}

static void add_rule(struct netlink_batch *batch, const char *chain, const struct nft_rule *rule)
{
	struct nl_msg *message = NULL;

	if (rule->verdict == NFT_NO_RULE)
		return;
	if (rule->tests[0].beyond > 0) {
		message = add(batch, NFT_MSG_NEWSET, NLM_F_CREATE);
		netlink_put_string(message, NFTA_SET_TABLE, NFT_TABLE);
		nft_rule_put_set(message, &rule->tests[0]);
	}
	nft_rule_put(add_for(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, NFTA_RULE_CHAIN,
			     chain),
		rule);
}

static void add_chain(struct netlink_batch *batch, const struct nft_chain *chain, bool anew)
{
	char name[CHAIN_SIZE] = "";
	bool shared = chain->kind == NFT_SHARED;
	struct nl_msg *message = NULL;

	if (shared)
		snprintf(name, sizeof(name), "%s", chain->name);
	else
		chain_name(chain->kind, chain->ifindex, name);
	/* A shared one may be in use. */
	if (anew && !shared)
		add_removal(batch, name);
	message = add_for(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, NFTA_CHAIN_NAME, name);
	if (shared)
		add_for(batch, NFT_MSG_DELRULE, 0, NFTA_RULE_CHAIN, name);
	else
		put_hook(message, chain);
	for (size_t i = 0; i < chain->n; i++)
		add_rule(batch, name, &chain->rules[i]);
}

int nft_make(struct netlink *nft, const struct nft_chain *chains, size_t n, bool anew)
{
	struct netlink_batch batch = {0};

	add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
	add_table(&batch);
	for (size_t i = 0; i < n; i++)
		add_chain(&batch, &chains[i], anew);
	return commit(nft, &batch);
}

int nft_remove(struct netlink *nft, int ifindex)
{
	struct netlink_batch batch = {0};
	char name[CHAIN_SIZE] = "";
	int error = 0;

	add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
	for (enum nft_kind kind = NFT_FROM_PORT; kind < NFT_SHARED; kind++)
		add_removal(&batch, chain_name(kind, ifindex, name));
	error = commit(nft, &batch);
	/* There is no table. */
	return error == -ENOENT ? 0 : error;
}

static void list_one(struct nlmsghdr *header, void *context)
{
	struct nft_list *list = context;
	struct nlattr *attributes[NFTA_CHAIN_MAX + 1] = {0};
	const char *name = NULL;
	uint32_t ifindex = 0;

	if (nlmsg_parse(header, sizeof(struct nfgenmsg), attributes, NFTA_CHAIN_MAX, NULL) < 0 ||
		attributes[NFTA_CHAIN_TABLE] == NULL || attributes[NFTA_CHAIN_NAME] == NULL ||
		nla_strcmp(attributes[NFTA_CHAIN_TABLE], NFT_TABLE) != 0)
		return;
	name = strchr(nla_get_string(attributes[NFTA_CHAIN_NAME]), '-');
	if (name != NULL && list->n < NFT_LIST_MAX &&
		number_parse(name + 1, strlen(name + 1), INT32_MAX, &ifindex))
		list->ifindexes[list->n++] = (int)ifindex;
}

int nft_list(struct netlink *nft, struct nft_list *ret_list)
{
	struct netlink_batch batch = {0};

	ret_list->n = 0;
	add(&batch, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return netlink_query(nft, &batch, list_one, ret_list);
}
