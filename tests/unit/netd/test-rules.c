/* SPDX-License-Identifier: MIT
 * Tests of netd/front/rules.c. */
#include "netd/front/rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* An announcement about an object of nftables that has a name. */
struct announcement {
	struct nlmsghdr header;
	struct nfgenmsg head;
	struct nlattr attribute;
	char name[16];
};

/* Is netd's table lost by an announcement of this? */
static bool lost(uint8_t operation, uint8_t family, uint16_t attribute, const char *name)
{
	struct announcement said = {
		.header = {.nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | operation)},
		.head = {.nfgen_family = family, .version = NFNETLINK_V0},
		.attribute = {.nla_type = attribute},
	};
	bool result = false;

	said.header.nlmsg_len = offsetof(struct announcement, attribute);
	if (name != NULL) {
		said.attribute.nla_len = (uint16_t)(sizeof(struct nlattr) + strlen(name) + 1);
		said.header.nlmsg_len += said.attribute.nla_len;
		snprintf(said.name, sizeof(said.name), "%s", name);
	}
	rules_take(&said.header, &result);
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
