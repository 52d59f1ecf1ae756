/* SPDX-License-Identifier: MIT
 * Tests of common/number.c. */
#include "common/number.h"

#include <string.h>

#include "tests/unit/unit.h"

static void test_parse_valid(void **state)
{
	static const struct {
		const char *text;
		uint32_t max;
		uint32_t value;
	} cases[] = {
		{"0", 0, 0},
		{"0", UINT32_MAX, 0},
		{"7", 7, 7},
		{"10", 100, 10},
		{"100", 100, 100},
		{"65535", 65535, 65535},
		{"4294967294", UINT32_MAX, 4294967294},
		{"4294967295", UINT32_MAX, 4294967295},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		uint32_t value = ~cases[i].value;

		assert_true(
			number_parse(cases[i].text, strlen(cases[i].text), cases[i].max, &value));
		assert_int_equal(value, cases[i].value);
	}
}

static void test_parse_invalid(void **state)
{
	static const struct {
		const char *text;
		uint32_t max;
	} cases[] = {
		{"", UINT32_MAX},
		{"1", 0},
		{"101", 100},
		{"00", UINT32_MAX},
		{"01", UINT32_MAX},
		{"+1", UINT32_MAX},
		{"-1", UINT32_MAX},
		{" 1", UINT32_MAX},
		{"1 ", UINT32_MAX},
		{"1\n", UINT32_MAX},
		{"0x1", UINT32_MAX},
		{"1e3", UINT32_MAX},
		{"a", UINT32_MAX},
		{"1:", UINT32_MAX},
		{"1/", UINT32_MAX},
		{"\xb2", UINT32_MAX},
		{"4294967296", UINT32_MAX},
		{"18446744073709551616", UINT32_MAX},
		{"18446744073709551617", UINT32_MAX},
		{"99999999999999999999999999999999999999999", UINT32_MAX},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		uint32_t value = 4711;

		if (number_parse(cases[i].text, strlen(cases[i].text), cases[i].max, &value))
			fail_msg("'%s' was accepted", cases[i].text);
		assert_int_equal(value, 4711);
	}
}

/* Only `length` bytes count, and no terminator is needed. */
static void test_parse_length(void **state)
{
	static const char digits[3] = {'1', '2', '3'};
	uint32_t value = 0;

	(void)state;
	assert_true(number_parse(digits, 3, 1000, &value));
	assert_int_equal(value, 123);
	assert_true(number_parse(digits + 1, 1, 1000, &value));
	assert_int_equal(value, 2);
	assert_false(number_parse("1\0002", 3, 1000, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_valid),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_parse_length),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
