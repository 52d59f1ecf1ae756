/* SPDX-License-Identifier: MIT
 * The expressions of a rule: what is loaded into a register, what it is compared with, the verdict.
 */
#include "netd/kernel/nft-rule.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "netd/kernel/netlink.h"

/* An attribute of an expression. */
struct item {
	int type;	   /* 0: the end */
	uint32_t number;   /* of data: its size in bytes */
	int kind;	   /* of data, which is in an attribute of its own: NFTA_DATA_* */
	const void *value; /* NULL: a number */
};

#define NUMBER(what, n) .type = (what), .number = (n)
#define VALUE(what, data, size) NUMBER(what, size), .kind = NFTA_DATA_VALUE, .value = (data)

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
		struct nlattr *nest = NULL;

		if (item->value == NULL) {
			nft_rule_put_number(message, item->type, item->number);
			continue;
		}
		nest = netlink_nest(message, item->type);
		netlink_put(message, item->kind, item->value, item->number);
		netlink_nest_end(message, nest);
	}
	netlink_nest_end(message, data);
	netlink_nest_end(message, element);
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

	if (test->base == NFT_META)
		put(message, "meta", meta);
	else
		put(message, "payload", payload);
	if (test->mask != NULL)
		put(message, "bitwise", bitwise);
	put(message, "cmp", cmp);
}

static void put_verdict(struct nl_msg *message, enum nft_verdict verdict)
{
	/* The attribute inside of NFTA_DATA_VERDICT. */
	const struct {
		struct nlattr head;
		uint32_t code;
	} code = {{.nla_len = sizeof(code), .nla_type = NFTA_VERDICT_CODE},
		htonl(verdict == NFT_DROPS ? NF_DROP : NF_ACCEPT)};
	const struct item immediate[] = {{NUMBER(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT)},
		{NUMBER(NFTA_IMMEDIATE_DATA, sizeof(code)), .kind = NFTA_DATA_VERDICT,
			.value = &code},
		{0}};

	if (verdict == NFT_DROPS)
		put(message, "counter", &(const struct item){0});
	put(message, "immediate", immediate);
}

void nft_rule_put(struct nl_msg *message, const struct nft_rule *rule)
{
	struct nlattr *expressions = netlink_nest(message, NFTA_RULE_EXPRESSIONS);

	for (size_t i = 0; i < NFT_TESTS_MAX && rule->tests[i].size > 0; i++)
		put_test(message, &rule->tests[i]);
	put_verdict(message, rule->verdict);
	netlink_nest_end(message, expressions);
}
