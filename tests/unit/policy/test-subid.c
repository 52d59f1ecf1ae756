/* SPDX-License-Identifier: MIT
 * Tests of policy/subid.c. */
#include "policy/subid.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

static void test_parse_valid(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		struct subid_range first; /* of the ranges */
	} cases[] = {
		{"", 0, {0, 0, 0}},
		{"\n\n \t\n", 0, {0, 0, 0}},
		{"# alice:1:1\n", 0, {0, 0, 0}},
		{"alice:100000:65536\n", 1, {100000, 165535, 1}},
		{"alice:100000:65536", 1, {100000, 165535, 1}},
		{"\n#\nalice:100000:65536\nbob:165536:65536\n", 2, {100000, 165535, 3}},
		{"1000:100000:1\n", 1, {100000, 100000, 1}},
		{"a b\\c:5:2\n", 1, {5, 6, 1}},
		{"root:0:1\n", 1, {0, 0, 1}},
		{"a:0:4294967295\n", 1, {0, 4294967294, 1}},
		{"a:1:4294967295\n", 1, {1, 4294967295, 1}},
		{"a:4294967295:1\n", 1, {4294967295, 4294967295, 1}},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy("", cases[i].text);

		assert_null(policy_broken_at(policy));
		assert_int_equal(policy->n_ranges, cases[i].n);
		if (cases[i].n > 0)
			assert_memory_equal(
				policy->ranges, &cases[i].first, sizeof(cases[i].first));
		policy_free(policy);
	}
}

#define SHAPE "NAME:START:COUNT expected\n"
#define START "the start of the range is no decimal number up to 4294967295\n"
#define COUNT "the count of the range is no decimal number from 1 to 4294967295\n"
#define PAST "the range goes past 4294967295\n"

static void test_parse_invalid(void **state)
{
	static const struct {
		const char *text;
		const char *errors;
	} cases[] = {
		{"alice\n", "s:1:1: " SHAPE},
		{":1:1\n", "s:1:1: " SHAPE},
		{" # comment\n", "s:1:1: " SHAPE},
		{"alice:100000\n", "s:1:7: " SHAPE},
		{"alice:\n", "s:1:7: " SHAPE},
		{"alice::1\n", "s:1:7: " START},
		{"alice: 1:1\n", "s:1:7: " START},
		{"alice:-1:1\n", "s:1:7: " START},
		{"alice:0x10:1\n", "s:1:7: " START},
		{"alice:010:1\n", "s:1:7: " START},
		{"alice:4294967296:1\n", "s:1:7: " START},
		{"alice:1:\n", "s:1:9: " COUNT},
		{"alice:1:0\n", "s:1:9: " COUNT},
		{"alice:1:1:\n", "s:1:9: " COUNT},
		{"alice:1:1 \n", "s:1:9: " COUNT},
		{"alice:1:1\r\n", "s:1:9: " COUNT},
		{"alice:1:01\n", "s:1:9: " COUNT},
		{"alice:0:4294967296\n", "s:1:9: " COUNT},
		{"alice:2:4294967295\n", "s:1:9: " PAST},
		{"alice:4294967295:2\n", "s:1:18: " PAST},
		{"a:1:1\nb\n\nc:2:2\nd:1:x", "s:2:1: " SHAPE "s:5:5: " COUNT},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = unit_policy("", cases[i].text);
		char *errors = unit_policy_errors(policy);

		assert_string_equal(errors, cases[i].errors);
		assert_non_null(policy_broken_at(policy));
		free(errors);
		policy_free(policy);
	}
}

static void test_parse_nul_byte(void **state)
{
	struct policy *policy = policy_new("p", "s");

	(void)state;
	subid_parse(policy, policy->subuid, "a:1:1\0\n", 7);
	assert_string_equal(policy_broken_at(policy), "s:1");
	policy_free(policy);
}

static void test_find(void **state)
{
	static const struct {
		uint32_t uid;
		unsigned int line; /* 0: in no range */
	} cases[] = {
		{0, 0},
		{99, 0},
		{100, 1},
		{109, 1},
		{110, 0},
		{199, 0},
		{200, 2},
		{201, 0},
		{4294967294, 0},
		{4294967295, 3},
	};
	struct policy *policy = unit_policy("", "a:100:10\nb:200:1\nc:4294967295:1\nd:105:1\n");

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct subid_range *range = subid_find(policy, cases[i].uid);

		assert_int_equal(range != NULL ? range->line : 0, cases[i].line);
	}
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_valid),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_parse_nul_byte),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("subid", tests, NULL, NULL);
}
