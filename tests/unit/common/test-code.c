/* SPDX-License-Identifier: MIT
 * Tests of common/code.c, against PROTOCOL.md. */
#include "common/code.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_text_every_code(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < CODE_COUNT; code++) {
		const char *text = code_text(code);

		assert_non_null(text);
		assert_in_range(strlen(text), 1, 40);
		assert_string_not_equal(text, code_text(CODE_COUNT));
		for (unsigned int other = 0; other < code; other++)
			assert_string_not_equal(text, code_text(other));
	}
}

static void test_text_unknown(void **state)
{
	(void)state;
	assert_string_equal(code_text(CODE_COUNT), "unknown code");
	assert_string_equal(code_text(UINT_MAX), "unknown code");
}

/* Section "Codes" of PROTOCOL.md has one row for each code, and no other. */
static void test_values_protocol(void **state)
{
	char *text = unit_read_source("common/PROTOCOL.md");
	const char *line = strstr(text, "\n## Codes\n");
	const char *end = strstr(text, "\n## Example\n");
	unsigned int number = 0, next = 0;

	(void)state;
	assert_non_null(line);
	assert_non_null(end);
	for (; line != NULL && line < end; line = strchr(line + 1, '\n'))
		if (sscanf(line, "\n| %u |", &number) == 1)
			assert_int_equal(number, next++);
	free(text);
	assert_int_equal(next, CODE_COUNT);
}

/* The numbers are wire format. */
static void test_values_fixed(void **state)
{
	static const struct {
		enum code code;
		unsigned int value;
	} cases[] = {
		{CODE_OK, 0},
		{CODE_MALFORMED, 1},
		{CODE_VERSION, 2},
		{CODE_NOT_SUPPORTED, 3},
		{CODE_DENIED, 4},
		{CODE_POLICY_BROKEN, 5},
		{CODE_QUOTA, 6},
		{CODE_NO_BRIDGE, 7},
		{CODE_NOT_A_BRIDGE, 8},
		{CODE_MAC_REFUSED, 9},
		{CODE_MAC_IN_USE, 10},
		{CODE_IDENTITY, 11},
		{CODE_BRIDGE_FULL, 12},
		{CODE_NO_DEVICE, 13},
		{CODE_KERNEL, 14},
		{CODE_BUSY, 15},
		{CODE_END, 16},
		{CODE_NAMESPACE, 17},
		{CODE_NAME_IN_USE, 18},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(cases[i].code, cases[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_every_code),
		cmocka_unit_test(test_text_unknown),
		cmocka_unit_test(test_values_protocol),
		cmocka_unit_test(test_values_fixed),
	};

	return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
