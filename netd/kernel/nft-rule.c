/* SPDX-License-Identifier: MIT
 * The expressions of a rule: what is loaded into a register, what it is compared with, the drop. */
#include "netd/kernel/nft-rule.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "netd/kernel/netlink.h"

void nft_rule_put_number(struct nl_msg *message, int type, uint32_t number)
{
	netlink_put_u32(message, type, htonl(number));
}

/* A value within an attribute of its own. */
static void put_value(struct nl_msg *message, int type, const void *value, size_t size)
{
	struct nlattr *nest = netlink_nest(message, type);

	netlink_put(message, NFTA_DATA_VALUE, value, size);
	netlink_nest_end(message, nest);
}

/* Open an expression; its data is to be filled. */
struct expression {
	struct nlattr *element, *data;
};

static struct expression begin(struct nl_msg *message, const char *name)
{
	struct expression expression = {.element = netlink_nest(message, NFTA_LIST_ELEM)};

	netlink_put_string(message, NFTA_EXPR_NAME, name);
	expression.data = netlink_nest(message, NFTA_EXPR_DATA);
	return expression;
}

static void end(struct nl_msg *message, struct expression expression)
{
	netlink_nest_end(message, expression.data);
	netlink_nest_end(message, expression.element);
}

static void put_load(struct nl_msg *message, const struct nft_test *test)
{
	struct expression load = {.element = NULL};

	if (test->base == NFT_META) {
		load = begin(message, "meta");
		nft_rule_put_number(message, NFTA_META_DREG, NFT_REG_1);
		nft_rule_put_number(message, NFTA_META_KEY, test->from);
	} else {
		load = begin(message, "payload");
		nft_rule_put_number(message, NFTA_PAYLOAD_DREG, NFT_REG_1);
		nft_rule_put_number(message, NFTA_PAYLOAD_BASE, test->base);
		nft_rule_put_number(message, NFTA_PAYLOAD_OFFSET, test->from);
		nft_rule_put_number(message, NFTA_PAYLOAD_LEN, test->size);
	}
	end(message, load);
}

static void put_mask(struct nl_msg *message, const struct nft_test *test)
{
	static const uint8_t nothing[16];
	struct expression mask = begin(message, "bitwise");

	nft_rule_put_number(message, NFTA_BITWISE_SREG, NFT_REG_1);
	nft_rule_put_number(message, NFTA_BITWISE_DREG, NFT_REG_1);
	nft_rule_put_number(message, NFTA_BITWISE_LEN, test->size);
	put_value(message, NFTA_BITWISE_MASK, test->mask, test->size);
	put_value(message, NFTA_BITWISE_XOR, nothing, test->size);
	end(message, mask);
}

static void put_test(struct nl_msg *message, const struct nft_test *test)
{
	struct expression compare = {.element = NULL};

	put_load(message, test);
	if (test->mask != NULL)
		put_mask(message, test);
	compare = begin(message, "cmp");
	nft_rule_put_number(message, NFTA_CMP_SREG, NFT_REG_1);
	nft_rule_put_number(message, NFTA_CMP_OP, test->differs ? NFT_CMP_NEQ : NFT_CMP_EQ);
	put_value(message, NFTA_CMP_DATA, test->value, test->size);
	end(message, compare);
}

static void put_counted_drop(struct nl_msg *message)
{
	struct nlattr *data = NULL, *verdict = NULL;
	struct expression drop = {.element = NULL};

	end(message, begin(message, "counter"));
	drop = begin(message, "immediate");
	nft_rule_put_number(message, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = netlink_nest(message, NFTA_IMMEDIATE_DATA);
	verdict = netlink_nest(message, NFTA_DATA_VERDICT);
	nft_rule_put_number(message, NFTA_VERDICT_CODE, NF_DROP);
	netlink_nest_end(message, verdict);
	netlink_nest_end(message, data);
	end(message, drop);
}

void nft_rule_put(struct nl_msg *message, const struct nft_rule *rule)
{
	struct nlattr *expressions = netlink_nest(message, NFTA_RULE_EXPRESSIONS);

	for (size_t i = 0; i < NFT_TESTS_MAX && rule->tests[i].size > 0; i++)
		put_test(message, &rule->tests[i]);
	put_counted_drop(message);
	netlink_nest_end(message, expressions);
}
