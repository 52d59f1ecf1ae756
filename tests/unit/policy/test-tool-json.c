/* SPDX-License-Identifier: MIT
 * Tests of policy/tool-json.c. */
#include <stdlib.h>
#include <string.h>

#include "policy/tool-json.h"
#include "tests/unit/unit.h"

static void test_strings(void **state)
{
	static const struct {
		const char *value;
		const char *text;
	} cases[] = {
		{NULL, "null"},
		{"", "\"\""},
		{"plain", "\"plain\""},
		{"a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{"\n\t\x1b[1m\x7f", "\"\\u000a\\u0009\\u001b[1m\\u007f\""},
		/* Control characters of more than one byte. */
		{"\xc2\x80\xc2\x9b\xc2\xa0", "\"\\u0080\\u009b\xc2\xa0\""},
		{"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
			"\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\""},
		/* No UTF-8: alone, cut short, overlong, a surrogate, beyond U+10FFFF. */
		{"\x80", "\"\\ufffd\""},
		{"\xff-", "\"\\ufffd-\""},
		{"\xc3", "\"\\ufffd\""},
		{"\xe2\x82", "\"\\ufffd\\ufffd\""},
		{"\xf0\x9f\x98", "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xc3\"", "\"\\ufffd\\\"\""},
		{"\xc0\xaf", "\"\\ufffd\\ufffd\""},
		{"\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xf0\x80\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
		{"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *text = NULL;
		size_t size = 0;
		struct tool_json json = {.stream = open_memstream(&text, &size)};

		assert_non_null(json.stream);
		tool_json_string(&json, NULL, cases[i].value);
		assert_int_equal(fclose(json.stream), 0);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

static void test_layout(void **state)
{
	char *text = NULL;
	size_t size = 0;
	struct tool_json json = {.stream = open_memstream(&text, &size)};

	(void)state;
	assert_non_null(json.stream);
	tool_json_open(&json, NULL, '{');
	tool_json_number(&json, "n", 4294967295);
	tool_json_open(&json, "empty", '[');
	tool_json_close(&json, ']');
	tool_json_open(&json, "list", '[');
	tool_json_bool(&json, NULL, true);
	tool_json_open(&json, NULL, '{');
	tool_json_null(&json, "x");
	tool_json_close(&json, '}');
	tool_json_close(&json, ']');
	tool_json_bool(&json, "last", false);
	tool_json_close(&json, '}');
	assert_int_equal(fclose(json.stream), 0);
	assert_string_equal(text,
		"{\n"
		"  \"n\": 4294967295,\n"
		"  \"empty\": [],\n"
		"  \"list\": [\n"
		"    true,\n"
		"    {\n"
		"      \"x\": null\n"
		"    }\n"
		"  ],\n"
		"  \"last\": false\n"
		"}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
