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

static void chain_name(enum nft_kind kind, int ifindex, char ret_name[CHAIN_SIZE])
{
	snprintf(ret_name, CHAIN_SIZE, "%s-%d", kinds[kind].name, ifindex);
}

static struct nl_msg *add(struct netlink_batch *batch, uint8_t operation, uint16_t flags)
{
	struct nfgenmsg head = {.nfgen_family = NFPROTO_NETDEV, .version = NFNETLINK_V0};

	return netlink_batch_add(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | operation), flags,
		&head, sizeof(head));
}

static struct nl_msg *add_chain_message(
	struct netlink_batch *batch, uint8_t operation, uint16_t flags, const char *chain)
{
	struct nl_msg *message = add(batch, operation, flags);

	netlink_put_string(message, NFTA_CHAIN_TABLE, NFT_TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, chain);
	return message;
}

static struct nl_msg *add_rule_message(
	struct netlink_batch *batch, uint8_t operation, uint16_t flags, const char *chain)
{
	struct nl_msg *message = add(batch, operation, flags);

	netlink_put_string(message, NFTA_RULE_TABLE, NFT_TABLE);
	netlink_put_string(message, NFTA_RULE_CHAIN, chain);
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
	return netlink_commit(nft, batch, NULL);
}

static struct nl_msg *add_table(struct netlink_batch *batch)
{
	struct nl_msg *message = add(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);

	netlink_put_string(message, NFTA_TABLE_NAME, NFT_TABLE);
	return message;
}

static int own(struct netlink *nft, bool is_there)
{
	struct netlink_batch batch = {0};

	add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
	if (is_there)
		netlink_put_string(add(&batch, NFT_MSG_DELTABLE, 0), NFTA_TABLE_NAME, NFT_TABLE);
	nft_rule_put_number(add_table(&batch), NFTA_TABLE_FLAGS,
		KERNEL_NFT_TABLE_OWNER | KERNEL_NFT_TABLE_PERSIST);
	return commit(nft, &batch);
}

int nft_own(struct netlink *nft)
{
	int error = own(nft, false);

	return error == -EOPNOTSUPP ? own(nft, true) : error;
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

static void add_chain(struct netlink_batch *batch, const struct nft_chain *chain, bool anew)
{
	char name[CHAIN_SIZE] = "";
	struct nl_msg *message = NULL;

	if (chain->kind == NFT_SHARED)
		snprintf(name, sizeof(name), "%s", chain->name);
	else
		chain_name(chain->kind, chain->ifindex, name);
	/* Only what is there can be removed without an error. A shared one may be in use. */
	if (anew && chain->kind != NFT_SHARED) {
		add_chain_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, name);
		add_chain_message(batch, NFT_MSG_DELCHAIN, 0, name);
	}
	message = add_chain_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, name);
	if (chain->kind != NFT_SHARED)
		put_hook(message, chain);
	else
		add_rule_message(batch, NFT_MSG_DELRULE, 0, name);
	for (size_t i = 0; i < chain->n; i++)
		if (chain->rules[i].verdict != NFT_NO_RULE)
			nft_rule_put(add_rule_message(batch, NFT_MSG_NEWRULE,
					     NLM_F_CREATE | NLM_F_APPEND, name),
				&chain->rules[i]);
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

/* Where is the chain hooked in? */
static void take_device(struct nlmsghdr *header, void *context)
{
	struct nlattr *hook = nlmsg_find_attr(header, sizeof(struct nfgenmsg), NFTA_CHAIN_HOOK);
	struct nlattr *devices =
		hook == NULL ? NULL : nla_find(nla_data(hook), nla_len(hook), NFTA_HOOK_DEVS);
	struct nlattr *first = devices == NULL ? NULL : nla_data(devices);

	if (first != NULL && nla_ok(first, nla_len(devices)))
		nla_strlcpy(context, first, IFNAME_SIZE);
}

/* Returns 0 or -errno. */
static int find(struct netlink *nft, enum nft_kind kind, int ifindex, char ret_device[IFNAME_SIZE])
{
	struct netlink_batch batch = {0};
	char name[CHAIN_SIZE] = "";

	chain_name(kind, ifindex, name);
	add_chain_message(&batch, NFT_MSG_GETCHAIN, 0, name);
	return netlink_query(nft, &batch, take_device, ret_device);
}

bool nft_has(struct netlink *nft, const struct nft_chain *chain)
{
	char device[IFNAME_SIZE] = "";

	return find(nft, chain->kind, chain->ifindex, device) == 0 &&
	       strcmp(device, chain->devices[0]) == 0;
}

int nft_remove(struct netlink *nft, int ifindex)
{
	int error = 0;

	for (enum nft_kind kind = NFT_FROM_PORT; kind < NFT_SHARED && error == 0; kind++) {
		struct netlink_batch batch = {0};
		char name[CHAIN_SIZE] = "", device[IFNAME_SIZE] = "";

		/* Asked first: a transaction that fails sleeps, and all others wait for it. Kernels
		 * before 6.16 remove the chain together with its only device. */
		if (find(nft, kind, ifindex, device) < 0)
			continue;
		chain_name(kind, ifindex, name);
		add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
		add_chain_message(&batch, NFT_MSG_DELCHAIN, 0, name);
		error = commit(nft, &batch);
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

int nft_each(struct netlink *nft, nft_visitor *visitor, void *context)
{
	struct netlink_batch batch = {0};
	struct visit visit = {.visitor = visitor, .context = context};

	add(&batch, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return netlink_query(nft, &batch, visit_one, &visit);
}
