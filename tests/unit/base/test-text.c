/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/text.c. */
#include "launcher/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_format(void **state)
{
	char *text = text_format("%s-%d", "a", 7);

	(void)state;
	assert_string_equal(text, "a-7");
	free(text);
}

/* The old sentence may be part of the new one. */
static void test_fail_wraps(void **state)
{
	char *error = NULL;

	(void)state;
	assert_int_equal(text_fail(&error, -ENOENT, "no '%s'", "x"), -ENOENT);
	assert_string_equal(error, "no 'x'");
	assert_int_equal(text_fail(&error, -EPERM, "LAN: %s", error), -EPERM);
	assert_string_equal(error, "LAN: no 'x'");
	free(error);
}

static void test_append(void **state)
{
	char *text = text_format("a");

	(void)state;
	text_append(&text, "%s-%d", text, 7);
	text_append(&text, "%s", "");
	assert_string_equal(text, "aa-7");
	free(text);
}

/* Whatever is in it, it is one line, and no terminal obeys it. */
static void test_print(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	assert_non_null(stream);
	text_print(stream, "x %s", "a\nowrun: b\t\033[6n\377\303\244");
	text_print(stream, "%s", "");
	fclose(stream);
	assert_string_equal(text, "x a\\nowrun: b\\t\\e[6n\\xff\303\244\n\n");
	free(text);
}

static void test_double_commas(void **state)
{
	static const char *const cases[][2] = {
		{"", ""}, {"/a/b", "/a/b"}, {"a,b", "a,,b"}, {",", ",,"}, {",,x,", ",,,,x,,"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *text = text_double_commas(cases[i][0]);

		assert_string_equal(text, cases[i][1]);
		free(text);
	}
}

static void check_taken(char *(*take)(const char **), const char *text, const char *expected,
	const char *expected_rest)
{
	const char *rest = text;
	char *taken = take(&rest);

	assert_string_equal(taken, expected);
	assert_string_equal(rest, expected_rest);
	free(taken);
}

static void test_take(void **state)
{
	(void)state;
	check_taken(text_take_path, "a,,b,c,d", "a,b", "c,d");
	check_taken(text_take_path, "a", "a", "");
	check_taken(text_take_path, ",c", "", "c");
	check_taken(text_take_key, "a,,b", "a", ",b");
	check_taken(text_take_key, "a=1", "a=1", "");
	check_taken(text_take_key, "", "", "");
}

static void test_has_word(void **state)
{
	(void)state;
	assert_true(text_has_word("flags\t\t: fpu vmx\n", "vmx"));
	assert_true(text_has_word("flags\t\t:vmx sse", "vmx"));
	assert_true(text_has_word("arm aarch64", "arm"));
	assert_true(text_has_word("xarm arm", "arm"));
	assert_false(text_has_word("flags\t\t: vmxx xvmx\n", "vmx"));
	assert_false(text_has_word("", "vmx"));
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"run", "ls", "lan", "console", "memory",
		"a-name-that-is-longer-than-thirty-two-bytes"};
	static const char *const cases[][2] = {{"rum", "run"}, {"rnu", "run"}, {"nur", NULL},
		{"consol", "console"}, {"memroy", "memory"}, {"mem", NULL}, {"xy", NULL},
		{"x", NULL}, {"", NULL}, {"list", NULL}, {"lss", "ls"}, {"blah", NULL},
		{"plank", NULL}, {"memo", "memory"}, {"fun", NULL}, {"la", "ls"},
		{"conslo", "console"}, {"a-word-that-is-longer-than-thirty-two-bytes", NULL}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const char *nearest = text_nearest(cases[i][0], names, UNIT_COUNT(names));

		if (cases[i][1] == NULL)
			assert_null(nearest);
		else
			assert_string_equal(nearest, cases[i][1]);
	}
}

static void test_exit_status(void **state)
{
	(void)state;
	assert_int_equal(text_exit_status(0, NULL), 0);
	assert_int_equal(text_exit_status(3, NULL), 3);
	assert_int_equal(text_exit_status(-EINVAL, "a sentence that is told"), 1);
	assert_int_equal(text_exit_status(-EINVAL, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_fail_wraps),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_double_commas),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_has_word),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_exit_status),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
