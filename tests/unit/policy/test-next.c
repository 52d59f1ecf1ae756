/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-decide.c: the walk through the rules that cover somebody. */
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

static const uint32_t staff[] = {100, 2002}, both[] = {2002, 2001, 2002, 5};

/* The walk through the rules that cover somebody. */
static void test_next(void **state)
{
	static const struct {
		struct policy_subject subject;
		unsigned int lines[6];
	} cases[] = {
		{{.uid = 1001}, {1, 3, 5}},
		{{.uid = 1003, .gids = staff, .n_gids = 2}, {1, 2, 5}},
		{{.uid = 1004, .gids = both, .n_gids = 4}, {1, 2, 4, 5}},
		{{.uid = 0}, {1, 5}},
		{{.uid = 100777, .gids = both, .n_gids = 4}, {1, 2, 4, 5, 6}},
		{{.uid = 100776, .gids = both, .n_gids = 4}, {0}},
		{{.uid = 65534, .gids = both, .n_gids = 4}, {0}},
	};
	struct policy *policy = unit_policy(
		"permit any bridge a\n"
		"permit group staff bridge b\n"
		"deny user bob bridge c\n"
		"permit group owvm bridge d\n"
		"permit any bridge a\n"
		"permit user 100777 bridge e\n",
		"alice:100000:65536\n");

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct policy_rule *rule = NULL;
		uint32_t cursor = 0;

		for (const unsigned int *line = cases[i].lines; *line != 0; line++) {
			rule = policy_next(policy, &cases[i].subject, &cursor);
			assert_non_null(rule);
			assert_int_equal(rule->line, *line);
			assert_int_equal(cursor, *line);
		}
		assert_null(policy_next(policy, &cases[i].subject, &cursor));
	}
	policy_free(policy);
}

/* A cursor is whatever a client says. */
static void test_next_cursor(void **state)
{
	static const uint32_t beyond[] = {2, 3, 1000, 2147483648, 4294967294, 4294967295};
	struct policy *policy = unit_policy("permit any bridge a\npermit any bridge b\n", "");
	struct policy_subject subject = {.uid = 1001};
	uint32_t cursor = 1;

	(void)state;
	assert_ptr_equal(policy_next(policy, &subject, &cursor), &policy->rules[1]);
	for (size_t i = 0; i < UNIT_COUNT(beyond); i++) {
		cursor = beyond[i];
		assert_null(policy_next(policy, &subject, &cursor));
		assert_int_equal(cursor, beyond[i]);
	}
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_next_cursor),
	};

	return cmocka_run_group_tests_name("policy-next", tests, NULL, NULL);
}
