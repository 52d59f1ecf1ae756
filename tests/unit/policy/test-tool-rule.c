/* SPDX-License-Identifier: MIT
 * Tests of policy/tool-rule.c. */
#include <stdio.h>
#include <string.h>

#include "policy/policy-object.h"
#include "policy/tool-rule.h"
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

static void test_a_rule_is_written_in_full_and_means_the_same_when_read_again(void **state)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{"permit user bob bridge br0\n",
			"permit user 1001 bridge br0 taps 8 queues 1 mac own"},
		{"permit group owvm bridge ow-%U create\n",
			"permit group 2001 bridge ow-%U create dhcp-server netns taps 8 queues 1 "
			"mac any"},
		{"permit any bridge lab* isolated taps 100 mac any\n",
			"permit any bridge lab* isolated taps 100 queues 1 mac any"},
		{"permit any bridge * vhost queues 2 mtu 68 ip 192.0.2.0/24 dhcp-server\n",
			"permit any bridge * vhost dhcp-server taps 8 queues 2 mtu 68 mac own ip "
			"192.0.2.0/24"},
		{"permit any bridge a rate 250 mtu 1400\n",
			"permit any bridge a taps 8 queues 1 mtu 1400 rate 250 mac own"},
		{"permit any bridge a address 192.0.2.1/24 create\n",
			"permit any bridge a create taps 8 queues 1 mac own address 192.0.2.1/24"},
		/* the longest */
		{"permit group 4294967294 bridge abcdefghijklmno create isolated taps 100 mac own "
		 "vhost dhcp-server netns queues 16 mtu 65535 rate 100000 ip 255.255.255.252/30 "
		 "address 255.255.255.254/30\n",
			"permit group 4294967294 bridge abcdefghijklmno create isolated vhost "
			"dhcp-server netns taps 100 queues 16 mtu 65535 rate 100000 mac own "
			"ip 255.255.255.252/30 address 255.255.255.254/30"},
		{"permit user 4294967294 bridge a%Ubcde create isolated taps 100 mac own\n",
			"permit user 4294967294 bridge a%Ubcde create isolated dhcp-server netns "
			"taps 100 queues 1 mac own"},
		{"deny user mallory bridge *\n", "deny user 1002 bridge *"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].line, ""), *again = NULL;
		char text[TOOL_RULE_SIZE] = "", twice[TOOL_RULE_SIZE] = "",
		     line[TOOL_RULE_SIZE + 1] = "";

		assert_int_equal(policy->n_rules, 1);
		tool_rule_write(&policy->rules[0], text);
		assert_string_equal(text, cases[i].text);
		snprintf(line, sizeof(line), "%s\n", text);
		again = unit_policy(line, "");
		assert_int_equal(again->n_rules, 1);
		tool_rule_write(&again->rules[0], twice);
		assert_string_equal(twice, text);
		policy_free(again);
		policy_free(policy);
	}
}

static void test_options_are_one_word(void **state)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{"permit any bridge a\n", "-"},
		{"deny any bridge a\n", "-"},
		{"permit any bridge a create\n", "create"},
		{"permit any bridge %U\n", "dhcp-server,netns"},
		{"permit any bridge a ip 192.0.2.0/24\n", "ip=192.0.2.0/24"},
		{"permit any bridge a netns dhcp-server vhost isolated create address 192.0.2.1/24 "
		 "ip 192.0.2.0/24\n",
			"create,isolated,vhost,dhcp-server,netns,ip=192.0.2.0/24,address=192.0.2.1/24"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].line, "");
		char text[TOOL_RULE_SIZE] = "";

		assert_int_equal(policy->n_rules, 1);
		tool_rule_options(&policy->rules[0], text);
		assert_string_equal(text, cases[i].text);
		policy_free(policy);
	}
}

static void test_reasons(void **state)
{
	static const uint32_t gids[] = {2001};
	static const struct {
		const char *line;
		bool match;
		const char *why;
	} cases[] = {
		{"permit user bob bridge br0\n", true, "subject and pattern fit"},
		{"deny any bridge *\n", true, "subject and pattern fit"},
		{"permit user mallory bridge br0\n", false, "subject: uid 1001 is not uid 1002"},
		{"permit group staff bridge br0\n", false,
			"subject: uid 1001 is not in group 2002"},
		{"permit group owvm bridge br1\n", false, "pattern: 'br0' is not 'br1'"},
		{"permit group owvm bridge ow-%U\n", false, "pattern: 'br0' is not 'ow-1001'"},
		{"permit any bridge lab*\n", false, "pattern: 'br0' does not fit 'lab*'"},
	};
	const struct policy_query query = {
		.subject = {.uid = 1001, .gids = gids, .n_gids = 1}, .bridge = "br0", .queues = 1};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].line, "");
		struct policy_decision decision = {.code = CODE_OK};
		char why[TOOL_RULE_SIZE] = "";

		assert_int_equal(policy->n_rules, 1);
		assert_int_equal(tool_rule_match(&policy->rules[0], &query, why), cases[i].match);
		assert_string_equal(why, cases[i].why);
		policy_decide(policy, &query, &decision);
		assert_ptr_equal(decision.rule, cases[i].match ? &policy->rules[0] : NULL);
		policy_free(policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rule_is_written_in_full_and_means_the_same_when_read_again),
		cmocka_unit_test(test_options_are_one_word),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
