/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-decide.c: the texts of refusals, and that each fits a reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy-decide.h"
#include "policy/subid.h"
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

static const uint32_t groups[] = {2002};

struct question {
	uint32_t uid;
	const char *bridge;
	const char *mac;
	unsigned int queues;
	bool vhost;
};

static struct policy_decision ask(const struct policy *policy, const struct question *question)
{
	uint8_t mac[MAC_SIZE] = {0};
	struct policy_query query = {
		.subject = {.uid = question->uid, .gids = groups, .n_gids = 1},
		.bridge = question->bridge,
		.queues = question->queues,
		.vhost = question->vhost,
	};
	struct policy_decision decision = {.code = CODE_BUSY};

	if (question->mac != NULL) {
		assert_true(mac_parse(question->mac, mac));
		query.mac = mac;
	}
	policy_decide(policy, &query, &decision);
	return decision;
}

#define MENDS "until an administrator mends it"

static const struct {
	const char *rules;
	const char *subuid;
	struct question question;
	const char *text;
} texts[] = {
	{"\nx\n", "", {1001, "br0", NULL, 1, false},
		"the policy is broken: p:2; nothing is permitted " MENDS},
	{"", "a:1:1\nx\n", {1001, "br0", NULL, 1, false},
		"the policy is broken: s:2; nothing is permitted " MENDS},
	{"", "", {65534, "br0", NULL, 1, false},
		"uid 65534 stands for no user in particular: ask as an ordinary user"},
	{"", "", {4294967295, "br0", NULL, 1, false},
		"uid 4294967295 stands for no user in particular: "
		"ask as an ordinary user"},
	{"", "#\nalice:100000:65536\n", {100776, "br0", NULL, 1, false},
		"uid 100776 is a subordinate uid (s:2), "
		"which only a rule 'user 100776' admits: "
		"ask from outside the user namespace"},
	{"", "", {1001, "ow-1000", NULL, 1, false},
		"no rule permits uid 1001 to use bridge 'ow-1000'; "
		"an administrator can add to p: permit user 1001 bridge ow-1000"},
	{"", "", {1001, "ow-1001", NULL, 1, false},
		"no rule permits uid 1001 to use bridge 'ow-1001'; "
		"an administrator can add to p: permit user 1001 bridge ow-1001 create"},
	{"deny any bridge *\n", "", {1001, "br0", NULL, 1, false},
		"p:1 denies it: deny any bridge *"},
	{"deny user  bob\tbridge br* # no\n", "", {1001, "br0", NULL, 1, false},
		"p:1 denies it: deny user 1001 bridge br*"},
	{"deny group staff bridge a%Ub\n", "", {1001, "a1001b", NULL, 1, false},
		"p:1 denies it: deny group 2002 bridge a%Ub"},
	{"deny any bridge br0\n", "", {1001, "br0", NULL, 1, false},
		"p:1 denies it: deny any bridge br0"},
	{"", "", {1001, "br0", NULL, 4, true},
		"no rule permits uid 1001 to use bridge 'br0'; an administrator can add to "
		"p: permit user 1001 bridge br0 queues 4 vhost"},
	{"", "", {1001, "ow-1001", NULL, 1, true},
		"no rule permits uid 1001 to use bridge 'ow-1001'; an administrator can add "
		"to p: permit user 1001 bridge ow-1001 create vhost"},
	{"permit any bridge br0\n", "", {1001, "br0", NULL, 2, false},
		"p:1 permits 1 queue a port, not 2: ask for fewer, or an administrator can "
		"give that line 'queues 2'"},
	{"permit any bridge br0 queues 8\n", "", {1001, "br0", NULL, 16, true},
		"p:1 permits 8 queues a port, not 16: ask for fewer, or an administrator "
		"can give that line 'queues 16'"},
	{"permit any bridge br0\n", "", {1001, "br0", NULL, 1, true},
		"p:1 does not permit vhost: ask without, or an administrator can give that "
		"line 'vhost'"},
	{"permit any bridge br0\n", "", {1001, "br0", "01:00:00:00:00:00", 1, false},
		"no guest may have the MAC address '01:00:00:00:00:00': "
		"it is multicast, zero or begins with fe"},
	{"permit any bridge br0\n", "", {1001, "br0", NULL, 1, false},
		"p:1 ('mac own') wants a MAC address of the space of uid 1001, such as "
		"'6a:00:00:03:e9:29'; none was declared"},
	{"permit any bridge br0\n", "", {1001, "br0", "52:54:00:12:34:56", 1, false},
		"p:1 ('mac own') wants a MAC address of the space of uid 1001, such as "
		"'6a:00:00:03:e9:29'; 52:54:00:12:34:56 was declared"},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct policy *policy = unit_policy(texts[i].rules, texts[i].subuid);
		struct policy_decision decision = ask(policy, &texts[i].question);

		assert_string_equal(decision.text, texts[i].text);
		policy_free(policy);
	}
}

/* The address that a refusal names is one that is permitted. */
static void test_example_mac(void **state)
{
	struct policy *policy = unit_policy("permit any bridge br0\n", "");
	struct question question = {.uid = 1001, .bridge = "br0", .queues = 1};
	struct policy_decision decision = ask(policy, &question);
	char example[MAC_TEXT_SIZE] = "";

	(void)state;
	assert_non_null(strstr(decision.text, "such as '"));
	memcpy(example, strstr(decision.text, "such as '") + 9, MAC_TEXT_SIZE - 1);
	question.mac = example;
	decision = ask(policy, &question);
	assert_int_equal(decision.code, CODE_OK);
	policy_free(policy);
}

/* The line that a refusal names permits what was asked. */
static void test_suggested_line(void **state)
{
	static const struct question questions[] = {
		{1001, "br0", "02:00:00:03:e9:01", 1, false},
		{1001, "ow-1001", NULL, 16, true},
		{1001, "br0", "02:00:00:03:e9:01", 2, false},
		{4294967294, "abcdefghijklmno", "02:ff:ff:ff:fe:01", 16, true},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(questions); i++) {
		struct policy *policy = unit_policy("", "");
		struct policy_decision decision = ask(policy, &questions[i]);
		char line[POLICY_LINE_SIZE + 1] = "";

		assert_int_equal(decision.code, CODE_DENIED);
		snprintf(line, sizeof(line), "%s\n", strstr(decision.text, "permit user"));
		policy_free(policy);
		policy = unit_policy(line, "");
		decision = ask(policy, &questions[i]);
		assert_int_equal(
			decision.code, questions[i].mac != NULL ? CODE_OK : CODE_MAC_REFUSED);
		policy_free(policy);
	}
}

/* The longest of everything: ids of ten digits, names of fifteen characters, the longest path that
 * the loader takes, the line where the longest file ends. The texts end as they should. */
static void test_longest(void **state)
{
	static const struct {
		const char *rule;
		enum code code;
		struct question question;
		const char *end;
	} cases[] = {
		{"x", CODE_POLICY_BROKEN, {4294967294, "abcdefghijklmno", NULL, 1, false},
			"mends it"},
		{"", CODE_DENIED, {4294967294, "abcdefghijklmno", NULL, 1, false},
			"permit user 4294967294 bridge abcdefghijklmno"},
		{"deny user 4294967294 bridge abcdefghijklmno", CODE_DENIED,
			{4294967294, "abcdefghijklmno", NULL, 1, false}, " bridge abcdefghijklmno"},
		{"permit any bridge abcdefghijklmno", CODE_MAC_REFUSED,
			{4294967294, "abcdefghijklmno", "02:00:00:03:e8:01", 1, false},
			"'; 02:00:00:03:e8:01 was declared"},
		{"", CODE_DENIED, {4294967294, "ow-4294967294", NULL, 16, true},
			"permit user 4294967294 bridge ow-4294967294 create queues 16 vhost"},
		{"permit any bridge abcdefghijklmno queues 15", CODE_DENIED,
			{4294967294, "abcdefghijklmno", NULL, 16, true}, "'queues 16'"},
		{"permit any bridge abcdefghijklmno", CODE_DENIED,
			{4294967294, "abcdefghijklmno", NULL, 1, true}, "'vhost'"},
		{"", CODE_IDENTITY, {4294967293, "abcdefghijklmno", NULL, 1, false},
			"user namespace"},
	};
	char *text = calloc(1, POLICY_FILE_MAX), path[POLICY_PATH_MAX + 1] = "";

	(void)state;
	assert_non_null(text);
	memset(path, 'p', POLICY_PATH_MAX);
	memset(text, '\n', POLICY_FILE_MAX);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = policy_new(path, path);
		size_t length = strlen(cases[i].rule), at = POLICY_FILE_MAX - 1 - length;
		struct policy_decision decision = {.code = CODE_OK};

		memcpy(text + at, cases[i].rule, length);
		policy_parse(policy, policy->main, text, POLICY_FILE_MAX, &test_names);
		memset(text + at, '\n', length);
		policy_add_range(
			policy, &(struct subid_range){
					.first = 4294967293, .last = 4294967293, .line = 1048576});
		decision = ask(policy, &cases[i].question);
		assert_int_equal(decision.code, cases[i].code);
		assert_in_range(strlen(decision.text), POLICY_PATH_MAX, WIRE_TEXT_SIZE - 1);
		assert_string_equal(
			decision.text + strlen(decision.text) - strlen(cases[i].end), cases[i].end);
		policy_free(policy);
	}
	free(text);
}

static void test_pattern_format(void **state)
{
	static const struct {
		const char *rule;
		uint32_t uid;
		const char *text;
	} cases[] = {
		{"permit any bridge br0\n", 1000, "br0"},
		{"permit any bridge lab*\n", 1000, "lab*"},
		{"permit any bridge abcdefghijklmn*\n", 1000, "abcdefghijklmn*"},
		{"deny any bridge *\n", 1000, "*"},
		{"permit any bridge ow-%U\n", 0, "ow-0"},
		{"permit any bridge ow-%U\n", 1000, "ow-1000"},
		{"permit any bridge abc%Ude\n", 4294967295, "abc4294967295de"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].rule, "");
		char text[IFNAME_SIZE] = "";

		assert_int_equal(policy->n_rules, 1);
		policy_pattern_format(&policy->rules[0], cases[i].uid, text);
		assert_string_equal(text, cases[i].text);
		policy_free(policy);
	}
}

static void test_free_null(void **state)
{
	(void)state;
	policy_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_example_mac),
		cmocka_unit_test(test_suggested_line),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_pattern_format),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests_name("policy-explain", tests, NULL, NULL);
}
