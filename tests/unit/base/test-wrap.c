/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/wrap.c. */
#include "launcher/base/wrap.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

static const struct {
	size_t columns;
	const char *text, *wrapped;
} cases[] = {
	{0, "any width", "any width"},
	{20, "", ""},
	{20, "just twenty columns!", "just twenty columns!"},
	{20, "just twenty columns, and", "just twenty columns,\nand"},
	{10, "a-word-that-is-too-long b c", "a-word-that-is-too-long\nb c"},
	{10, "  indented words", "  indented\n  words"},
	{20, "ok       a text that goes on", "ok       a text that\n         goes on"},
	{20, "one two\nthree", "one two\nthree"},
	{10, "one two three\n\nfour five six\n", "one two\nthree\n\nfour five\nsix\n"},
	{10, "  owrun run --detach router", "  owrun run --detach router"},
	{5, "\303\244\303\244\303\244 \303\244", "\303\244\303\244\303\244 \303\244"},
	{4, "\303\244\303\244\303\244 \303\244", "\303\244\303\244\303\244\n\303\244"},
	/* No room beside what comes first. */
	{10, "a long beginning  text", "a long\nbeginning\ntext"},
};

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *wrapped = wrap_text(cases[i].text, cases[i].columns);

		assert_string_equal(wrapped, cases[i].wrapped);
		free(wrapped);
	}
}

static void test_fitting(void **state)
{
	(void)state;
	assert_int_equal(wrap_fitting("abc", 2), 2);
	assert_int_equal(wrap_fitting("abc", 3), 3);
	assert_int_equal(wrap_fitting("abc", 9), 3);
	assert_int_equal(wrap_fitting("\303\244\303\244", 1), 2);
	assert_int_equal(wrap_width("\303\244b"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_fitting),
	};

	return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
