/* SPDX-License-Identifier: MIT
 * The nftables objects of netd.
 *
 * The chain sits in the ingress hook of the bridge device itself: frames reach it when the bridge
 * passes them up to the host, after ports have exchanged theirs. Its policy is drop and it has no
 * rule. Message layout: include/uapi/linux/netfilter/nf_tables.h of the kernel. */
#include "netd/nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/ifname.h"
#include "common/number.h"
#include "netd/netlink.h"

#define TABLE "owvm"
#define HOST_PREFIX "host-"
#define CHAIN_SIZE 32
/* Before every other user of the hook. */
#define PRIORITY (-500)

static void chain_name(int bridge, char ret_name[CHAIN_SIZE])
{
	snprintf(ret_name, CHAIN_SIZE, HOST_PREFIX "%d", bridge);
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

static int commit(struct netlink *nft, struct netlink_batch *batch)
{
	size_t failed = 0;

	add_bracket(batch, NFNL_MSG_BATCH_END);
	return netlink_commit(nft, batch, &failed);
}

/* What the kernel says of a host chain. */
struct host_chain {
	bool exists;
	bool drops;
	char device[IFNAME_SIZE]; /* where it is hooked in */
};

static void take_chain(struct nlmsghdr *header, void *context)
{
	struct host_chain *chain = context;
	struct nlattr *attributes[NFTA_CHAIN_MAX + 1] = {0};
	struct nlattr *hook[NFTA_HOOK_MAX + 1] = {0};

	if (nlmsg_parse(header, sizeof(struct nfgenmsg), attributes, NFTA_CHAIN_MAX, NULL) < 0)
		return;
	chain->exists = true;
	chain->drops = attributes[NFTA_CHAIN_POLICY] != NULL &&
		       nla_get_u32(attributes[NFTA_CHAIN_POLICY]) == htonl(NF_DROP);
	if (attributes[NFTA_CHAIN_HOOK] != NULL &&
		nla_parse_nested(hook, NFTA_HOOK_MAX, attributes[NFTA_CHAIN_HOOK], NULL) == 0 &&
		hook[NFTA_HOOK_DEV] != NULL)
		nla_strlcpy(chain->device, hook[NFTA_HOOK_DEV], sizeof(chain->device));
}

static struct host_chain find_host_chain(struct netlink *nft, int bridge)
{
	struct netlink_batch batch = {0};
	struct host_chain found = {0};
	struct nl_msg *message = add(&batch, NFT_MSG_GETCHAIN, NLM_F_ACK);
	char chain[CHAIN_SIZE] = "";

	chain_name(bridge, chain);
	netlink_put_string(message, NFTA_CHAIN_TABLE, TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, chain);
	if (netlink_query(nft, &batch, take_chain, &found) < 0)
		found = (struct host_chain){0};
	return found;
}

static void put_hook(struct nl_msg *message, const char *device)
{
	struct nlattr *hook = netlink_nest(message, NFTA_CHAIN_HOOK);

	netlink_put_u32(message, NFTA_HOOK_HOOKNUM, htonl(NF_NETDEV_INGRESS));
	netlink_put_u32(message, NFTA_HOOK_PRIORITY, htonl((uint32_t)PRIORITY));
	netlink_put_string(message, NFTA_HOOK_DEV, device);
	netlink_nest_end(message, hook);
}

static void add_removal(struct netlink_batch *batch, const char *chain)
{
	struct nl_msg *message = add(batch, NFT_MSG_DELCHAIN, NLM_F_ACK);

	netlink_put_string(message, NFTA_CHAIN_TABLE, TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, chain);
}

int nft_ensure_host_drop(struct netlink *nft, int bridge, const char *name)
{
	struct host_chain found = find_host_chain(nft, bridge);
	struct netlink_batch batch = {0};
	struct nl_msg *message = NULL;
	char chain[CHAIN_SIZE] = "";

	if (found.drops && strcmp(found.device, name) == 0)
		return 0;
	chain_name(bridge, chain);
	add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
	message = add(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_ACK);
	netlink_put_string(message, NFTA_TABLE_NAME, TABLE);
	/* A bridge that was renamed has lost its hook, but not its chain. */
	if (found.exists)
		add_removal(&batch, chain);
	message = add(&batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK);
	netlink_put_string(message, NFTA_CHAIN_TABLE, TABLE);
	netlink_put_string(message, NFTA_CHAIN_NAME, chain);
	put_hook(message, name);
	netlink_put_u32(message, NFTA_CHAIN_POLICY, htonl(NF_DROP));
	netlink_put_string(message, NFTA_CHAIN_TYPE, "filter");
	return commit(nft, &batch);
}

int nft_remove_chain(struct netlink *nft, int bridge)
{
	struct netlink_batch batch = {0};
	char chain[CHAIN_SIZE] = "";
	int error = 0;

	chain_name(bridge, chain);
	add_bracket(&batch, NFNL_MSG_BATCH_BEGIN);
	add_removal(&batch, chain);
	error = commit(nft, &batch);
	/* Kernels before 6.16 remove the chain together with its only device. */
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
	uint32_t bridge = 0;

	if (nlmsg_parse(header, sizeof(struct nfgenmsg), attributes, NFTA_CHAIN_MAX, NULL) < 0 ||
		attributes[NFTA_CHAIN_TABLE] == NULL || attributes[NFTA_CHAIN_NAME] == NULL ||
		nla_strcmp(attributes[NFTA_CHAIN_TABLE], TABLE) != 0)
		return;
	name = nla_get_string(attributes[NFTA_CHAIN_NAME]);
	if (strncmp(name, HOST_PREFIX, strlen(HOST_PREFIX)) != 0)
		return;
	name += strlen(HOST_PREFIX);
	if (number_parse(name, strlen(name), INT32_MAX, &bridge))
		visit->visitor((int)bridge, visit->context);
}

int nft_each_host_drop(struct netlink *nft, nft_visitor *visitor, void *context)
{
	struct netlink_batch batch = {0};
	struct visit visit = {.visitor = visitor, .context = context};

	add(&batch, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return netlink_query(nft, &batch, visit_one, &visit);
}
