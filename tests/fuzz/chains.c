/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: nftables. All that netd names is in its table "owvm". */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

/* What a rule's expressions do to the chain, as far as they matter here. */
struct rule {
	struct kernel *kernel;
	struct kernel_chain *chain;
	uint32_t loaded; /* what an expression put into the register */
};

struct kernel_chain *kernel_find_chain(struct kernel *kernel, const char *name)
{
	for (size_t i = 0; i < KERNEL_CHAINS; i++)
		if (strcmp(kernel->table.chains[i].name, name) == 0)
			return &kernel->table.chains[i];
	return NULL;
}

struct kernel_chain *kernel_find_chain_of(struct kernel *kernel, const char *kind, int ifindex)
{
	char name[KERNEL_CHAIN_SIZE] = "";

	snprintf(name, sizeof(name), "%s-%d", kind, ifindex);
	return kernel_find_chain(kernel, name);
}

bool kernel_has_device(const struct kernel_chain *chain, const char *name)
{
	for (size_t i = 0; i < NFT_DEVICES_MAX; i++)
		if (chain->devices[i][0] != '\0' && strcmp(chain->devices[i], name) == 0)
			return true;
	return false;
}

static const char *get_name(struct nlmsghdr *header, int table, int name)
{
	struct nlattr *attribute = nlmsg_find_attr(header, sizeof(struct nfgenmsg), table);

	EXPECT(attribute != NULL && nla_strcmp(attribute, NFT_TABLE) == 0);
	attribute = nlmsg_find_attr(header, sizeof(struct nfgenmsg), name);
	EXPECT(attribute != NULL && nla_len(attribute) <= KERNEL_CHAIN_SIZE);
	return nla_get_string(attribute);
}

static int hook_in(struct kernel *kernel, struct kernel_chain *chain, struct nlattr *hook)
{
	struct nlattr *attributes[NFTA_HOOK_MAX + 1] = {0}, *device = NULL;
	int rest = 0;
	size_t n = 0;

	EXPECT(nla_parse_nested(attributes, NFTA_HOOK_MAX, hook, NULL) == 0);
	EXPECT(attributes[NFTA_HOOK_DEVS] != NULL);
	nla_for_each_nested(device, attributes[NFTA_HOOK_DEVS], rest)
	{
		EXPECT(n < NFT_DEVICES_MAX && nla_len(device) <= IFNAME_SIZE);
		if (kernel_find_name(kernel, nla_get_string(device)) == NULL)
			return -ENOENT;
		memcpy(chain->devices[n++], nla_data(device), (size_t)nla_len(device));
	}
	EXPECT(n > 0);
	return 0;
}

static int add_chain(struct kernel *kernel, struct nlmsghdr *header, const char *name)
{
	struct nlattr *hook = nlmsg_find_attr(header, sizeof(struct nfgenmsg), NFTA_CHAIN_HOOK);
	struct kernel_chain *chain = kernel_find_chain(kernel, name);

	/* It is there: what hooks it in elsewhere is refused. */
	if (chain != NULL)
		return hook == NULL ? 0 : -EEXIST;
	chain = kernel_find_chain(kernel, "");
	if (chain == NULL)
		return -ENOMEM;
	*chain = (struct kernel_chain){.rules = 0};
	snprintf(chain->name, sizeof(chain->name), "%s", name);
	return hook == NULL ? 0 : hook_in(kernel, chain, hook);
}

static int take_immediate(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attributes[NFTA_IMMEDIATE_MAX + 1] = {0}, *inner[NFTA_DATA_MAX + 1] = {0};
	struct nlattr *verdict[NFTA_VERDICT_MAX + 1] = {0};

	EXPECT(nla_parse_nested(attributes, NFTA_IMMEDIATE_MAX, data, NULL) == 0);
	EXPECT(nla_parse_nested(inner, NFTA_DATA_MAX, attributes[NFTA_IMMEDIATE_DATA], NULL) == 0);
	if (inner[NFTA_DATA_VALUE] != NULL) {
		rule->loaded = nla_get_u32(inner[NFTA_DATA_VALUE]);
		return 0;
	}
	EXPECT(nla_parse_nested(verdict, NFTA_VERDICT_MAX, inner[NFTA_DATA_VERDICT], NULL) == 0);
	if (verdict[NFTA_VERDICT_CHAIN] == NULL)
		return 0;
	return kernel_find_chain(rule->kernel, nla_get_string(verdict[NFTA_VERDICT_CHAIN])) == NULL
		       ? -ENOENT
		       : 0;
}

static int take_expression(struct rule *rule, struct nlattr *element)
{
	static const char *const others[] = {
		"meta", "payload", "bitwise", "cmp", "limit", "counter", "notrack"};
	struct nlattr *attributes[NFTA_EXPR_MAX + 1] = {0}, *name = NULL;

	EXPECT(nla_parse_nested(attributes, NFTA_EXPR_MAX, element, NULL) == 0);
	name = attributes[NFTA_EXPR_NAME];
	EXPECT(name != NULL);
	if (nla_strcmp(name, "immediate") == 0)
		return take_immediate(rule, attributes[NFTA_EXPR_DATA]);
	if (nla_strcmp(name, "fwd") == 0) {
		rule->chain->forward = (int)rule->loaded;
		return 0;
	}
	if (nla_strcmp(name, "dynset") == 0) {
		EXPECT(rule->kernel->table.set);
		rule->kernel->table.set = false;
		return 0;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (nla_strcmp(name, others[i]) == 0)
			return 0;
	EXPECT(nla_strcmp(name, "known") == 0);
	return -ENOENT;
}

static int add_rule(struct kernel *kernel, struct nlmsghdr *header)
{
	struct rule rule = {.kernel = kernel};
	struct nlattr *element = NULL, *expressions = nlmsg_find_attr(header,
					       sizeof(struct nfgenmsg), NFTA_RULE_EXPRESSIONS);
	int error = 0, rest = 0;

	rule.chain = kernel_find_chain(kernel, get_name(header, NFTA_RULE_TABLE, NFTA_RULE_CHAIN));
	EXPECT(rule.chain != NULL && expressions != NULL);
	nla_for_each_nested(element, expressions, rest) error =
		error < 0 ? error : take_expression(&rule, element);
	rule.chain->rules++;
	return error;
}

static int remove_chain(struct kernel *kernel, const char *name)
{
	struct kernel_chain *chain = kernel_find_chain(kernel, name);

	if (chain == NULL)
		return -ENOENT;
	*chain = (struct kernel_chain){.rules = 0};
	return 0;
}

static int remove_rules(struct kernel *kernel, const char *name)
{
	struct kernel_chain *chain = kernel_find_chain(kernel, name);

	if (chain == NULL)
		return -ENOENT;
	chain->rules = 0;
	chain->forward = 0;
	return 0;
}

int kernel_apply_nft(struct kernel *kernel, struct nlmsghdr *header)
{
	/* The brackets of a transaction. */
	if (header->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
		return 0;
	if ((header->nlmsg_type & 0xff) == NFT_MSG_NEWTABLE) {
		get_name(header, NFTA_TABLE_NAME, NFTA_TABLE_NAME);
		kernel->table.there = true;
		return 0;
	}
	if (!kernel->table.there)
		return -ENOENT;
	switch (header->nlmsg_type & 0xff) {
	case NFT_MSG_NEWCHAIN:
		return add_chain(
			kernel, header, get_name(header, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME));
	case NFT_MSG_DELCHAIN:
		return remove_chain(kernel, get_name(header, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME));
	case NFT_MSG_NEWRULE:
		return add_rule(kernel, header);
	case NFT_MSG_DELRULE:
		return remove_rules(kernel, get_name(header, NFTA_RULE_TABLE, NFTA_RULE_CHAIN));
	case NFT_MSG_NEWSET:
		get_name(header, NFTA_SET_TABLE, NFTA_SET_NAME);
		EXPECT(!kernel->table.set);
		kernel->table.set = true;
		return 0;
	default:
		EXPECT(header->nlmsg_type == 0);
		return -EINVAL;
	}
}
