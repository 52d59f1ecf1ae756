/* SPDX-License-Identifier: MIT
 * Tests of launcher/autostart/unit.c. */
#include "launcher/autostart/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_name(void **state)
{
	char *name = unit_name("a.b-c_1");

	(void)state;
	assert_string_equal(name, "owrun@a.b-c_1.service");
	free(name);
}

/* Nothing in a path is a word of its own, a variable, a specifier or a line. */
static void test_words(void **state)
{
	static const struct {
		const char *directory, *word;
	} cases[] = {
		{"/vm/a", " run -d \"/vm/a\"\n"},
		{"/a b/$HOME", " run -d \"/a b/$$HOME\"\n"},
		{"/100%/%t", " run -d \"/100%%/%%t\"\n"},
		{"/\"x\\", " run -d \"/\\\"x\\\\\"\n"},
		{"/a\nExecStart=/bin/sh", " run -d \"/a\\x0aExecStart=/bin/sh\"\n"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *text = unit_text("/usr/bin/owrun", "a", cases[i].directory);

		assert_ptr_equal(strstr(text, UNIT_MARK), text);
		assert_non_null(strstr(text, cases[i].word));
		assert_non_null(strstr(text, "\nExecStop=-\"/usr/bin/owrun\" stop "));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
