/* SPDX-License-Identifier: MIT
 * Tests of netd/front/rules.c. */
#include "netd/front/rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <stdbool.h>

#include "tests/unit/unit.h"

/* Is netd's table lost by an announcement of this? */
static bool lost(uint8_t operation, uint8_t family, int attribute, const char *name)
{
	struct nl_msg *message =
		nlmsg_alloc_simple(NFNL_SUBSYS_NFTABLES << 8 | operation, NLM_F_REQUEST);
	struct nfgenmsg head = {.nfgen_family = family, .version = NFNETLINK_V0};
	bool result = false;

	assert_non_null(message);
	assert_int_equal(nlmsg_append(message, &head, sizeof(head), NLMSG_ALIGNTO), 0);
	if (name != NULL)
		assert_int_equal(nla_put_string(message, attribute, name), 0);
	rules_take(nlmsg_hdr(message), &result);
	nlmsg_free(message);
	return result;
}

static void test_the_table(void **state)
{
	(void)state;
	assert_true(lost(NFT_MSG_DELTABLE, NFPROTO_NETDEV, NFTA_TABLE_NAME, "owvm"));
	assert_false(lost(NFT_MSG_DELTABLE, NFPROTO_NETDEV, NFTA_TABLE_NAME, "owvm2"));
	assert_false(lost(NFT_MSG_DELTABLE, NFPROTO_NETDEV, NFTA_TABLE_NAME, "owv"));
	assert_false(lost(NFT_MSG_DELTABLE, NFPROTO_INET, NFTA_TABLE_NAME, "owvm"));
	assert_false(lost(NFT_MSG_NEWTABLE, NFPROTO_NETDEV, NFTA_TABLE_NAME, "owvm"));
	/* Chains of ports go with them. */
	assert_false(lost(NFT_MSG_DELCHAIN, NFPROTO_NETDEV, NFTA_CHAIN_TABLE, "owvm"));
}

static void test_what_is_no_table(void **state)
{
	struct nlmsghdr header = {.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE,
		.nlmsg_len = sizeof(header)};
	bool result = false;

	(void)state;
	assert_false(lost(NFT_MSG_DELTABLE, NFPROTO_NETDEV, NFTA_TABLE_NAME, NULL));
	assert_false(lost(NFT_MSG_DELTABLE, NFPROTO_NETDEV, NFTA_TABLE_FLAGS, "owvm"));
	rules_take(&header, &result);
	assert_false(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table),
		cmocka_unit_test(test_what_is_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
