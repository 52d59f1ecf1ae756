/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-parse.c: rules that are right. */
#include "policy/policy-parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

static const char *subject_name(enum policy_subject_kind kind)
{
	static const char *const names[] = {
		[POLICY_ANY] = "any", [POLICY_USER] = "user", [POLICY_GROUP] = "group"};

	return names[kind];
}

static const char *pattern_name(enum policy_pattern_kind kind)
{
	static const char *const names[] = {
		[POLICY_NAME] = "name", [POLICY_PREFIX] = "prefix", [POLICY_OWN] = "own"};

	return names[kind];
}

static void describe(const struct policy_rule *rule, char *ret_text, size_t size)
{
	char queues[20] = "", mtu[20] = "", rate[20] = "";

	if (rule->queues != 1)
		snprintf(queues, sizeof(queues), " queues %u", rule->queues);
	if (rule->mtu != 0)
		snprintf(mtu, sizeof(mtu), " mtu %u", rule->mtu);
	if (rule->rate != 0)
		snprintf(rate, sizeof(rate), " rate %u", rule->rate);
	snprintf(ret_text, size, "%u %s %s %u %s '%s' '%s' taps %u mac %s%s%s%s%s%s%s%s%s",
		rule->line, rule->permit ? "permit" : "deny", subject_name(rule->subject), rule->id,
		pattern_name(rule->pattern), rule->before, rule->after, rule->taps,
		rule->mac == POLICY_MAC_OWN ? "own" : "any", rule->create ? " create" : "",
		rule->isolated ? " isolated" : "", queues, mtu, rate, rule->vhost ? " vhost" : "",
		rule->dhcp_server ? " dhcp-server" : "", rule->netns ? " netns" : "");
}

static const struct {
	const char *line;
	const char *rule;
} rule_lines[] = {
	{"permit any bridge br0", "1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"deny any bridge br0", "1 deny any 0 name 'br0' '' taps 8 mac own"},
	{"permit user bob bridge a", "1 permit user 1001 name 'a' '' taps 8 mac own"},
	{"permit user root bridge a", "1 permit user 0 name 'a' '' taps 8 mac own"},
	{"permit user 0 bridge a", "1 permit user 0 name 'a' '' taps 8 mac own"},
	{"permit user 65534 bridge a", "1 permit user 65534 name 'a' '' taps 8 mac own"},
	{"permit user 4294967294 bridge a", "1 permit user 4294967294 name 'a' '' taps 8 mac own"},
	{"permit group staff bridge a", "1 permit group 2002 name 'a' '' taps 8 mac own"},
	{"permit group 7 bridge a", "1 permit group 7 name 'a' '' taps 8 mac own"},
	{"\t permit \t any\tbridge  br0 \t", "1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"permit any bridge br0 # with a comment", "1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"permit any bridge br0 #\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7",
		"1 permit any 0 name 'br0' '' taps 8 mac own"},
	/* the first and the last of each kind of sequence */
	{"permit any bridge br0 #\xc2\xa0\xdf\xbf\xe0\xa0\x80\xe0\xbf\xbf"
	 "\xe1\x80\x80\xec\xbf\xbf"
	 "\xed\x80\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
		"1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"permit any bridge br0 #\xf0\x90\x80\x80\xf0\xbf\xbf\xbf"
	 "\xf1\x80\x80\x80\xf3\xbf\xbf\xbf"
	 "\xf4\x80\x80\x80\xf4\x8f\xbf\xbf",
		"1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"permit any bridge abcdefghijklmno",
		"1 permit any 0 name 'abcdefghijklmno' '' taps 8 mac own"},
	{"deny any bridge *", "1 deny any 0 prefix '' '' taps 8 mac own"},
	{"permit any bridge lab*", "1 permit any 0 prefix 'lab' '' taps 8 mac own"},
	{"permit any bridge all*", "1 permit any 0 prefix 'all' '' taps 8 mac own"},
	{"permit any bridge abcdefghijklmn*",
		"1 permit any 0 prefix 'abcdefghijklmn' '' taps 8 mac own"},
	{"permit any bridge ow-%U", "1 permit any 0 own 'ow-' '' taps 8 mac any dhcp-server netns"},
	{"permit any bridge %U", "1 permit any 0 own '' '' taps 8 mac any dhcp-server netns"},
	{"permit any bridge a%Ub", "1 permit any 0 own 'a' 'b' taps 8 mac any dhcp-server netns"},
	{"permit any bridge abc%Ude",
		"1 permit any 0 own 'abc' 'de' taps 8 mac any dhcp-server netns"},
	{"permit any bridge ow-%U mac own",
		"1 permit any 0 own 'ow-' '' taps 8 mac own dhcp-server netns"},
	{"permit any bridge br0 mac any", "1 permit any 0 name 'br0' '' taps 8 mac any"},
	{"permit any bridge br0 mac own", "1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"permit any bridge br0 taps 1", "1 permit any 0 name 'br0' '' taps 1 mac own"},
	{"permit any bridge br0 taps 100", "1 permit any 0 name 'br0' '' taps 100 mac own"},
	{"permit any bridge br* create", "1 permit any 0 prefix 'br' '' taps 8 mac own create"},
	{"permit any bridge br0 isolated mac any create taps 2",
		"1 permit any 0 name 'br0' '' taps 2 mac any create isolated"},
	{"permit any bridge br0 queues 1", "1 permit any 0 name 'br0' '' taps 8 mac own"},
	{"permit any bridge br0 queues 2", "1 permit any 0 name 'br0' '' taps 8 mac own queues 2"},
	{"permit any bridge br0 queues 16",
		"1 permit any 0 name 'br0' '' taps 8 mac own queues 16"},
	{"permit any bridge br0 mtu 68", "1 permit any 0 name 'br0' '' taps 8 mac own mtu 68"},
	{"permit any bridge * mtu 65535", "1 permit any 0 prefix '' '' taps 8 mac own mtu 65535"},
	{"permit any bridge br0 rate 1", "1 permit any 0 name 'br0' '' taps 8 mac own rate 1"},
	{"permit any bridge * rate 100000",
		"1 permit any 0 prefix '' '' taps 8 mac own rate 100000"},
	{"permit any bridge br0 vhost", "1 permit any 0 name 'br0' '' taps 8 mac own vhost"},
	{"permit any bridge br* dhcp-server",
		"1 permit any 0 prefix 'br' '' taps 8 mac own dhcp-server"},
	{"permit any bridge br0 netns", "1 permit any 0 name 'br0' '' taps 8 mac own netns"},
	{"permit any bridge ow-%U netns",
		"1 permit any 0 own 'ow-' '' taps 8 mac any dhcp-server netns"},
	{"permit any bridge ow-%U dhcp-server",
		"1 permit any 0 own 'ow-' '' taps 8 mac any dhcp-server netns"},
	{"permit any bridge ow-* create", "1 permit any 0 prefix 'ow-' '' taps 8 mac own create"},
	{"permit any bridge br0 vhost dhcp-server taps 1 mtu 1400 queues 4",
		"1 permit any 0 name 'br0' '' taps 1 mac own queues 4 mtu 1400 vhost dhcp-server"},
	{"permit any bridge br0 rate 250 mtu 1400 isolated",
		"1 permit any 0 name 'br0' '' taps 8 mac own isolated mtu 1400 rate 250"},
	{"permit any bridge user", "1 permit any 0 name 'user' '' taps 8 mac own"},
};

static void test_rules(void **state)
{

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rule_lines); i++) {
		char line[128] = "", rule[256] = "";
		struct policy *policy = NULL;

		snprintf(line, sizeof(line), "%s\n", rule_lines[i].line);
		policy = unit_policy(line, "");
		if (policy_broken_at(policy) != NULL)
			fail_msg("'%s' was refused", rule_lines[i].line);
		assert_int_equal(policy->n_rules, 1);
		assert_ptr_equal(policy->rules[0].file, policy->main);
		describe(&policy->rules[0], rule, sizeof(rule));
		assert_string_equal(rule, rule_lines[i].rule);
		policy_free(policy);
	}
}

/* The addresses, host bits kept; 0/0 where there is none. */
static void test_addresses(void **state)
{
	static const struct {
		const char *line;
		struct cidr ip, address;
	} cases[] = {
		{"permit any bridge br0\n", {0}, {0}},
		{"permit any bridge br0 ip 192.0.2.0/24\n", {0xc0000200, 24}, {0}},
		{"permit any bridge * ip 0.0.0.0/1\n", {0, 1}, {0}},
		{"permit any bridge ow-%U ip 192.0.2.7/32\n", {0xc0000207, 32}, {0}},
		{"permit any bridge br0 create address 192.0.2.1/24\n", {0}, {0xc0000201, 24}},
		{"permit any bridge br0 address 10.255.255.254/8 create\n", {0}, {0x0afffffe, 8}},
		{"permit any bridge br0 address 192.0.2.0/31 create\n", {0}, {0xc0000200, 31}},
		{"permit any bridge br0 address 192.0.2.255/32 create\n", {0}, {0xc00002ff, 32}},
		{"permit any bridge br0 create ip 192.0.2.0/25 address 192.0.2.129/25\n",
			{0xc0000200, 25}, {0xc0000281, 25}},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].line, "");

		assert_int_equal(policy->n_rules, 1);
		assert_memory_equal(&policy->rules[0].ip, &cases[i].ip, sizeof(cases[i].ip));
		assert_memory_equal(
			&policy->rules[0].address, &cases[i].address, sizeof(cases[i].address));
		policy_free(policy);
	}
}

/* What one line says is not held against the next. */
static void test_options_are_of_one_line(void **state)
{
	struct policy *policy = unit_policy(
		"permit any bridge a create queues 4 vhost mtu 1400 rate 100 dhcp-server netns "
		"ip 10.0.0.0/8 address 10.0.0.1/8\n"
		"permit any bridge b\n"
		"permit any bridge c create queues 2 vhost\n",
		"");
	const struct policy_rule *rule = NULL;

	(void)state;
	assert_null(policy_broken_at(policy));
	assert_int_equal(policy->n_rules, 3);
	rule = &policy->rules[1];
	assert_false(rule->create || rule->vhost || rule->dhcp_server || rule->netns);
	assert_int_equal(rule->queues, 1);
	assert_int_equal(rule->mtu, 0);
	assert_int_equal(rule->rate, 0);
	assert_int_equal(rule->ip.prefix, 0);
	assert_int_equal(rule->address.prefix, 0);
	assert_int_equal(policy->rules[2].queues, 2);
	policy_free(policy);
}

static void test_order_and_lines(void **state)
{
	struct policy *policy = unit_policy(
		"# head\n\n  \t\npermit any bridge a\n"
		"\t# more\ndeny any bridge b\npermit any bridge c\n",
		"");

	(void)state;
	assert_null(policy_broken_at(policy));
	assert_int_equal(policy->n_rules, 3);
	assert_int_equal(policy->rules[0].line, 4);
	assert_int_equal(policy->rules[1].line, 6);
	assert_int_equal(policy->rules[2].line, 7);
	assert_string_equal(policy->rules[2].before, "c");
	policy_free(policy);
}

static void test_nothing(void **state)
{
	static const char *const texts[] = {"", "\n", "#\n", "# permit any bridge a\n", " \t \n\n"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct policy *policy = unit_policy(texts[i], "");

		assert_null(policy_broken_at(policy));
		assert_int_equal(policy->n_rules, 0);
		policy_free(policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_options_are_of_one_line),
		cmocka_unit_test(test_order_and_lines),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("policy-parse", tests, NULL, NULL);
}
