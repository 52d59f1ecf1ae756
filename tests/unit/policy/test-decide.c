/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-decide.c: who may use what. The texts are tested in
 * test-explain.c, the walk through the rules in test-next.c. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

/* Who asks in these tests, by their place in this table. */
enum who { ROOT, BOB, MALLORY, STAFF, BOTH, OVERFLOW, INVALID, SUBORDINATE, NAMED };

static const uint32_t staff[] = {100, 2002}, both[] = {2002, 2001, 2002, 5};

static const struct policy_subject subjects[] = {
	[ROOT] = {.uid = 0},
	[BOB] = {.uid = 1001},
	[MALLORY] = {.uid = 1002},
	[STAFF] = {.uid = 1003, .gids = staff, .n_gids = 2},
	[BOTH] = {.uid = 1004, .gids = both, .n_gids = 4},
	[OVERFLOW] = {.uid = 65534, .gids = both, .n_gids = 4},
	[INVALID] = {.uid = 4294967295, .gids = both, .n_gids = 4},
	[SUBORDINATE] = {.uid = 100776, .gids = both, .n_gids = 4},
	[NAMED] = {.uid = 100777, .gids = both, .n_gids = 4},
};

static struct policy_decision decide(
	const struct policy *policy, enum who who, const char *bridge, const char *mac)
{
	uint8_t bytes[MAC_SIZE] = {0};
	struct policy_query query = {.subject = subjects[who], .bridge = bridge, .queues = 1};
	struct policy_decision decision = {.code = CODE_BUSY, .text = "untouched"};

	if (mac != NULL) {
		assert_true(mac_parse(mac, bytes));
		query.mac = bytes;
	}
	policy_decide(policy, &query, &decision);
	return decision;
}

/* A refusal has a text, a permit has none. */
static void assert_decision(
	size_t number, const struct policy_decision *decision, enum code code, unsigned int line)
{
	unsigned int decided = decision->rule != NULL ? decision->rule->line : 0;

	if (decision->code != code || decided != line)
		fail_msg("case %zu: code %u, line %u, '%s'", number, decision->code, decided,
			decision->text);
	assert_int_equal(decision->text[0] == '\0', code == CODE_OK);
	assert_non_null(memchr(decision->text, '\0', sizeof(decision->text)));
}

static const struct {
	const char *rules;
	enum who who;
	const char *bridge;
	enum code code;
	unsigned int line;
} decisions[] = {
	/* nothing is permitted unless a rule permits it, not even to root */
	{"", BOB, "br0", CODE_DENIED, 0},
	{"", ROOT, "br0", CODE_DENIED, 0},
	{"permit any bridge br1 mac any\n", BOB, "br0", CODE_DENIED, 0},
	/* the last matching rule decides */
	{"permit any bridge br0 mac any\n", BOB, "br0", CODE_OK, 1},
	{"permit any bridge br0 mac any\ndeny any bridge br0\n", BOB, "br0", CODE_DENIED, 2},
	{"deny any bridge br0\npermit any bridge br0 mac any\n", BOB, "br0", CODE_OK, 2},
	{"permit any bridge br0 mac any\npermit any bridge br0 mac any\n", BOB, "br0", CODE_OK, 2},
	{"permit any bridge br0 mac any\ndeny any bridge br1\n", BOB, "br0", CODE_OK, 1},
	{"permit any bridge br0 mac any\ndeny user mallory bridge *\n", BOB, "br0", CODE_OK, 1},
	{"permit any bridge br0 mac any\ndeny user mallory bridge *\n", MALLORY, "br0", CODE_DENIED,
		2},
	/* subjects */
	{"permit user bob bridge br0 mac any\n", BOB, "br0", CODE_OK, 1},
	{"permit user bob bridge br0 mac any\n", MALLORY, "br0", CODE_DENIED, 0},
	{"permit user root bridge br0 mac any\n", ROOT, "br0", CODE_OK, 1},
	{"permit group staff bridge br0 mac any\n", STAFF, "br0", CODE_OK, 1},
	{"permit group staff bridge br0 mac any\n", BOTH, "br0", CODE_OK, 1},
	{"permit group staff bridge br0 mac any\n", BOB, "br0", CODE_DENIED, 0},
	{"permit group owvm bridge br0 mac any\n", STAFF, "br0", CODE_DENIED, 0},
	{"permit group owvm bridge br0 mac any\ndeny group staff bridge br0\n", BOTH, "br0",
		CODE_DENIED, 2},
	/* a uid is no gid, and a gid no uid */
	{"permit group 1001 bridge br0 mac any\n", BOB, "br0", CODE_DENIED, 0},
	{"permit user 2002 bridge br0 mac any\n", STAFF, "br0", CODE_DENIED, 0},
	/* names are whole */
	{"permit any bridge br0 mac any\n", BOB, "br", CODE_DENIED, 0},
	{"permit any bridge br0 mac any\n", BOB, "br00", CODE_DENIED, 0},
	{"permit any bridge br0 mac any\n", BOB, "BR0", CODE_DENIED, 0},
	/* prefixes */
	{"permit any bridge lab* mac any\n", BOB, "lab", CODE_OK, 1},
	{"permit any bridge lab* mac any\n", BOB, "lab1", CODE_OK, 1},
	{"permit any bridge lab* mac any\n", BOB, "la", CODE_DENIED, 0},
	{"permit any bridge lab* mac any\n", BOB, "xlab", CODE_DENIED, 0},
	{"permit any bridge * mac any\n", BOB, "abcdefghijklmno", CODE_OK, 1},
	{"permit any bridge abcdefghijklmn* mac any\n", BOB, "abcdefghijklmno", CODE_OK, 1},
	/* %U is the uid, literally and whole */
	{"permit any bridge ow-%U\n", BOB, "ow-1001", CODE_OK, 1},
	{"permit any bridge ow-%U\n", BOB, "ow-1002", CODE_DENIED, 0},
	{"permit any bridge ow-%U\n", MALLORY, "ow-1001", CODE_DENIED, 0},
	{"permit any bridge ow-%U\n", BOB, "ow-100", CODE_DENIED, 0},
	{"permit any bridge ow-%U\n", BOB, "ow-10011", CODE_DENIED, 0},
	{"permit any bridge ow-%U\n", BOB, "ow-01001", CODE_DENIED, 0},
	{"permit any bridge ow-%U\n", BOB, "ow-", CODE_DENIED, 0},
	{"permit any bridge ow-%U\n", ROOT, "ow-0", CODE_OK, 1},
	{"permit any bridge ow-%U-*\n", BOB, "ow-1001-lab", CODE_OK, 1},
	{"permit any bridge a%Ub\n", BOB, "a1001b", CODE_OK, 1},
	{"permit any bridge a%Ub\n", BOB, "a1001", CODE_DENIED, 0},
	{"permit any bridge ow-%U\ndeny user bob bridge ow-*\n", BOB, "ow-1001", CODE_DENIED, 2},
};

static void test_matching(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(decisions); i++) {
		struct policy *policy = unit_policy(decisions[i].rules, "");
		struct policy_decision decision =
			decide(policy, decisions[i].who, decisions[i].bridge, NULL);

		assert_null(policy_broken_at(policy));
		assert_decision(i, &decision, decisions[i].code, decisions[i].line);
		policy_free(policy);
	}
}

#define RANGES "alice:100000:65536\n"

static void test_identity(void **state)
{
	static const struct {
		const char *rules;
		enum who who;
		enum code code;
	} cases[] = {
		{"permit any bridge br0 mac any\n", BOB, CODE_OK},
		{"permit any bridge br0 mac any\n", OVERFLOW, CODE_IDENTITY},
		{"permit any bridge br0 mac any\n", INVALID, CODE_IDENTITY},
		{"permit user 65534 bridge br0 mac any\n", OVERFLOW, CODE_IDENTITY},
		{"permit any bridge br0 mac any\n", SUBORDINATE, CODE_IDENTITY},
		{"permit group staff bridge br0 mac any\n", SUBORDINATE, CODE_IDENTITY},
		/* a rule that names this very uid, on whatever bridge, lets it in */
		{"permit group staff bridge br0 mac any\npermit user 100777 bridge br9\n", NAMED,
			CODE_OK},
		{"permit group staff bridge br0 mac any\npermit user 100777 bridge br9\n",
			SUBORDINATE, CODE_IDENTITY},
		{"permit user 100777 bridge br9\n", NAMED, CODE_DENIED},
		{"deny user 100777 bridge br0\n", NAMED, CODE_DENIED},
		/* a group of that number is something else */
		{"permit group 100777 bridge br0\npermit any bridge br0 mac any\n", NAMED,
			CODE_IDENTITY},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].rules, RANGES);
		struct policy_decision decision = decide(policy, cases[i].who, "br0", NULL);
		char text[WIRE_TEXT_SIZE] = "";
		enum code code = policy_admit(policy, &subjects[cases[i].who], text);

		if (decision.code != cases[i].code)
			fail_msg("case %zu: code %u, '%s'", i, decision.code, decision.text);
		if (cases[i].code == CODE_IDENTITY) {
			assert_decision(i, &decision, CODE_IDENTITY, 0);
			assert_int_equal(code, CODE_IDENTITY);
			assert_string_equal(text, decision.text);
		} else {
			assert_int_equal(code, CODE_OK);
		}
		policy_free(policy);
	}
}

/* An error anywhere, in rules or ranges: nothing for anybody. */
static void test_broken(void **state)
{
	static const struct {
		const char *rules;
		const char *subuid;
	} cases[] = {
		{"permit any bridge br0 mac any\nnonsense\n", ""},
		{"nonsense\npermit any bridge br0 mac any\n", ""},
		{"permit any bridge br0 mac any\n", "nonsense\n"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].rules, cases[i].subuid);

		for (enum who who = ROOT; who <= NAMED; who++) {
			struct policy_decision decision = decide(policy, who, "br0", NULL);
			char text[WIRE_TEXT_SIZE] = "";
			uint32_t cursor = 0;

			assert_decision(i, &decision, CODE_POLICY_BROKEN, 0);
			assert_int_equal(
				policy_admit(policy, &subjects[who], text), CODE_POLICY_BROKEN);
			assert_null(policy_next(policy, &subjects[who], &cursor));
		}
		policy_free(policy);
	}
}

static void test_mac(void **state)
{
	static const struct {
		const char *rule;
		const char *mac;
		enum code code;
	} cases[] = {
		{"permit any bridge br0 mac own\n", "02:00:00:03:e9:01", CODE_OK},
		{"permit any bridge br0\n", "06:00:00:03:e9:ff", CODE_OK},
		{"permit any bridge br0 mac own\n", NULL, CODE_MAC_REFUSED},
		{"permit any bridge br0 mac own\n", "02:00:00:03:ea:01", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac own\n", "52:54:00:12:34:56", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac own\n", "00:00:00:03:e9:01", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac own\n", "fe:00:00:03:e9:01", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac own\n", "03:00:00:03:e9:01", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac any\n", NULL, CODE_OK},
		{"permit any bridge br0 mac any\n", "52:54:00:12:34:56", CODE_OK},
		{"permit any bridge br0 mac any\n", "02:00:00:03:ea:01", CODE_OK},
		{"permit any bridge br0 mac any\n", "01:00:5e:00:00:01", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac any\n", "ff:ff:ff:ff:ff:ff", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac any\n", "00:00:00:00:00:00", CODE_MAC_REFUSED},
		{"permit any bridge br0 mac any\n", "fe:12:34:56:78:9a", CODE_MAC_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].rule, "");
		struct policy_decision decision = decide(policy, BOB, "br0", cases[i].mac);

		assert_decision(i, &decision, cases[i].code, 1);
		policy_free(policy);
	}
}

static void test_queues_and_vhost(void **state)
{
	static const struct {
		const char *rule;
		unsigned int queues;
		bool vhost;
	} cases[] = {
		{"permit any bridge br0 mac any\n", 1, false},
		{"permit any bridge br0 mac any queues 1 vhost\n", 1, true},
		{"permit any bridge br0 mac any queues 5\n", 5, false},
		{"permit any bridge br0 mac any queues 16 vhost\n", 16, true},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy(cases[i].rule, "");
		struct policy_query query = {.subject = subjects[BOB], .bridge = "br0"};

		for (unsigned int n = 0; n < 2 * WIRE_QUEUES_MAX; n++) {
			struct policy_decision decision = {.code = CODE_BUSY};
			bool permitted = false;

			query.queues = 1 + n / 2;
			query.vhost = n % 2 != 0;
			permitted =
				query.queues <= cases[i].queues && (!query.vhost || cases[i].vhost);
			policy_decide(policy, &query, &decision);
			assert_decision(i, &decision, permitted ? CODE_OK : CODE_DENIED, 1);
		}
		policy_free(policy);
	}
}

/* A limit says no before the address is looked at. */
static void test_limits_come_before_the_address(void **state)
{
	struct policy *policy = unit_policy("permit any bridge br0\n", "");
	struct policy_query query = {.subject = subjects[BOB], .bridge = "br0", .queues = 1};
	struct policy_decision decision = {.code = CODE_BUSY};

	(void)state;
	policy_decide(policy, &query, &decision);
	assert_decision(0, &decision, CODE_MAC_REFUSED, 1);
	query.vhost = true;
	policy_decide(policy, &query, &decision);
	assert_decision(1, &decision, CODE_DENIED, 1);
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_queues_and_vhost),
		cmocka_unit_test(test_limits_come_before_the_address),
	};

	return cmocka_run_group_tests_name("policy-decide", tests, NULL, NULL);
}
