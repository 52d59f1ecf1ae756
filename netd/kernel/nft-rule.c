/* SPDX-License-Identifier: MIT
 * The expressions of a rule: what is loaded into a register, what it is compared with, the verdict.
 */
#include "netd/kernel/nft-rule.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "netd/kernel/netlink.h"

/* The kernel puts a number there. */
#define SET_NAME "__set%d"
#define SET_ID 1

/* An attribute of an expression. */
struct item {
	int type;	   /* 0: the end */
	uint32_t number;   /* of a value: its size in bytes */
	int kind;	   /* of data, which is in an attribute of its own: NFTA_DATA_*; else 0 */
	const void *value; /* NULL: a number */
};

#define NUMBER(what, n) .type = (what), .number = (n)
#define BYTES(what, data, size) NUMBER(what, size), .value = (data)
#define VALUE(what, data, size) BYTES(what, data, size), .kind = NFTA_DATA_VALUE

void nft_rule_put_number(struct nl_msg *message, int type, uint32_t number)
{
	netlink_put_u32(message, type, htonl(number));
}

static void put(struct nl_msg *message, const char *name, const struct item *items)
{
	struct nlattr *element = netlink_nest(message, NFTA_LIST_ELEM), *data = NULL;

	netlink_put_string(message, NFTA_EXPR_NAME, name);
	data = netlink_nest(message, NFTA_EXPR_DATA);
	for (const struct item *item = items; item->type > 0; item++) {
		if (item->value == NULL) {
			nft_rule_put_number(message, item->type, item->number);
		} else if (item->kind == 0) {
			netlink_put(message, item->type, item->value, item->number);
		} else {
			struct nlattr *nest = netlink_nest(message, item->type);

			netlink_put(message, item->kind, item->value, item->number);
			netlink_nest_end(message, nest);
		}
	}
	netlink_nest_end(message, data);
	netlink_nest_end(message, element);
}

void nft_rule_put_set(struct nl_msg *message, const struct nft_test *test)
{
	struct nlattr *size = NULL;

	netlink_put_string(message, NFTA_SET_NAME, SET_NAME);
	nft_rule_put_number(message, NFTA_SET_FLAGS, NFT_SET_ANONYMOUS | NFT_SET_EVAL);
	nft_rule_put_number(message, NFTA_SET_KEY_LEN, test->size);
	nft_rule_put_number(message, NFTA_SET_ID, SET_ID);
	size = netlink_nest(message, NFTA_SET_DESC);
	nft_rule_put_number(message, NFTA_SET_DESC_SIZE, test->beyond);
	netlink_nest_end(message, size);
}

static void put_test(struct nl_msg *message, const struct nft_test *test)
{
	static const uint8_t nothing[16];
	const struct item meta[] = {
		{NUMBER(NFTA_META_DREG, NFT_REG_1)}, {NUMBER(NFTA_META_KEY, test->from)}, {0}};
	const struct item payload[] = {{NUMBER(NFTA_PAYLOAD_DREG, NFT_REG_1)},
		{NUMBER(NFTA_PAYLOAD_BASE, test->base)}, {NUMBER(NFTA_PAYLOAD_OFFSET, test->from)},
		{NUMBER(NFTA_PAYLOAD_LEN, test->size)}, {0}};
	const struct item bitwise[] = {{NUMBER(NFTA_BITWISE_SREG, NFT_REG_1)},
		{NUMBER(NFTA_BITWISE_DREG, NFT_REG_1)}, {NUMBER(NFTA_BITWISE_LEN, test->size)},
		{VALUE(NFTA_BITWISE_MASK, test->mask, test->size)},
		{VALUE(NFTA_BITWISE_XOR, nothing, test->size)}, {0}};
	const struct item cmp[] = {{NUMBER(NFTA_CMP_SREG, NFT_REG_1)},
		{NUMBER(NFTA_CMP_OP, test->differs ? NFT_CMP_NEQ : NFT_CMP_EQ)},
		{VALUE(NFTA_CMP_DATA, test->value, test->size)}, {0}};

	/* What is in the set, or can still be put into it, does not go on. */
	const struct item dynset[] = {{BYTES(NFTA_DYNSET_SET_NAME, SET_NAME, sizeof(SET_NAME))},
		{NUMBER(NFTA_DYNSET_SET_ID, SET_ID)}, {NUMBER(NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD)},
		{NUMBER(NFTA_DYNSET_SREG_KEY, NFT_REG_1)},
		{NUMBER(NFTA_DYNSET_FLAGS, NFT_DYNSET_F_INV)}, {0}};

	if (test->base == NFT_META)
		put(message, "meta", meta);
	else
		put(message, "payload", payload);
	if (test->mask != NULL)
		put(message, "bitwise", bitwise);
	if (test->beyond > 0)
		put(message, "dynset", dynset);
	else
		put(message, "cmp", cmp);
}

/* A token bucket of one second, the least that the kernel has: it lets through what stays below,
 * and holds for the rest (net/netfilter/nft_limit.c of the kernel). */
static void put_limit(struct nl_msg *message, uint64_t rate)
{
	const uint64_t bytes = htobe64(rate), second = htobe64(1);
	const struct item limit[] = {{BYTES(NFTA_LIMIT_RATE, &bytes, sizeof(bytes))},
		{BYTES(NFTA_LIMIT_UNIT, &second, sizeof(second))},
		{NUMBER(NFTA_LIMIT_TYPE, NFT_LIMIT_PKT_BYTES)},
		{NUMBER(NFTA_LIMIT_FLAGS, NFT_LIMIT_F_INV)}, {0}};

	put(message, "limit", limit);
}

static void put_forward(struct nl_msg *message, int oif)
{
	const uint32_t ifindex = (uint32_t)oif;
	const struct item immediate[] = {{NUMBER(NFTA_IMMEDIATE_DREG, NFT_REG_1)},
		{VALUE(NFTA_IMMEDIATE_DATA, &ifindex, sizeof(ifindex))}, {0}};
	const struct item fwd[] = {{NUMBER(NFTA_FWD_SREG_DEV, NFT_REG_1)}, {0}};

	put(message, "immediate", immediate);
	put(message, "fwd", fwd);
}

static void put_verdict(struct nl_msg *message, uint32_t code, const char *chain)
{
	struct nlattr *nests[4] = {netlink_nest(message, NFTA_LIST_ELEM)};

	netlink_put_string(message, NFTA_EXPR_NAME, "immediate");
	nests[1] = netlink_nest(message, NFTA_EXPR_DATA);
	nft_rule_put_number(message, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	nests[2] = netlink_nest(message, NFTA_IMMEDIATE_DATA);
	nests[3] = netlink_nest(message, NFTA_DATA_VERDICT);
	nft_rule_put_number(message, NFTA_VERDICT_CODE, code);
	if (chain != NULL)
		netlink_put_string(message, NFTA_VERDICT_CHAIN, chain);
	for (size_t i = 4; i > 0; i--)
		netlink_nest_end(message, nests[i - 1]);
}

static void put_end(struct nl_msg *message, const struct nft_rule *rule)
{
	static const uint32_t codes[] = {
		[NFT_DROPS] = NF_DROP, [NFT_PASSES] = NF_ACCEPT, [NFT_JUMPS] = (uint32_t)NFT_JUMP};
	const struct item none = {0};

	if (rule->verdict == NFT_UNTRACKS) {
		put(message, "notrack", &none);
	} else if (rule->verdict == NFT_FORWARDS) {
		put_forward(message, rule->oif);
	} else {
		if (rule->verdict == NFT_DROPS)
			put(message, "counter", &none);
		put_verdict(message, codes[rule->verdict], rule->to);
	}
}

void nft_rule_put(struct nl_msg *message, const struct nft_rule *rule)
{
	struct nlattr *expressions = netlink_nest(message, NFTA_RULE_EXPRESSIONS);

	for (size_t i = 0; i < NFT_TESTS_MAX && rule->tests[i].size > 0; i++)
		put_test(message, &rule->tests[i]);
	if (rule->over > 0)
		put_limit(message, rule->over);
	put_end(message, rule);
	netlink_nest_end(message, expressions);
}
