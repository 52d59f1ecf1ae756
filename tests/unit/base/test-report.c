/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/report.c. */
#include "launcher/base/report.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

static const struct report_column columns[] = {
	{"name", "NAME"}, {"pid", "PID"}, {"forwards", "FORWARDS"}, {0}};

static void check(const char *rows_text, bool json, const char *expected)
{
	json_t *rows = json_loads(rows_text, 0, NULL);
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(rows);
	assert_non_null(stream);
	report_print(rows, columns, json, stream);
	fclose(stream);
	assert_string_equal(text, expected);
	free(text);
	json_decref(rows);
}

static void test_table(void **state)
{
	(void)state;
	check("[]", false, "");
	check("[{\"name\": \"a\", \"pid\": 12345, \"forwards\": [\"x\", \"y\"]},"
	      " {\"name\": \"longer\", \"pid\": null, \"forwards\": []},"
	      " {\"other\": 1}]",
		false,
		"NAME    PID    FORWARDS\n"
		"a       12345  x,y\n"
		"longer  -      -\n"
		"-       -      -\n");
}

/* What a terminal could act on never reaches it. */
static void test_table_clean(void **state)
{
	(void)state;
	check("[{\"name\": \"a\\u001b[1m\", \"forwards\": [1, \"\\u00e4\"]}]", false,
		"NAME    PID  FORWARDS\n"
		"a\\e[1m  -    ?,\303\244\n");
	/* A letter is a column, however many bytes it has. */
	check("[{\"name\": \"\\u00e4\\u20ac\\n\", \"pid\": 1}, {\"name\": \"abcd\"}]", false,
		"NAME  PID  FORWARDS\n"
		"\303\244\342\202\254\\n  1    -\n"
		"abcd  -    -\n");
}

static void test_json(void **state)
{
	(void)state;
	check("[]", true, "[]\n");
	check("[{\"name\": \"a\", \"other\": null}]", true,
		"[\n  {\n    \"name\": \"a\",\n    \"other\": null\n  }\n]\n");
}

/* JSON that any program reads as what it was, and that no terminal obeys. */
static void test_json_is_harmless(void **state)
{
	static const char text[] =
		"a\033[6n\005\b\n\t\177\302\2336n\342\200\256\363\240\200\201\303\244\"\\";
	json_t *row = json_pack("{s:s}", "name", text), *read = NULL;
	char *printed = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&printed, &size);

	(void)state;
	assert_non_null(stream);
	report_json(row, stream);
	fclose(stream);
	assert_string_equal(printed,
		"{\n  \"name\": \"a\\u001B[6n\\u0005\\b\\n\\t\\u007F\\u009B6n\\u202E"
		"\\uDB40\\uDC01\303\244\\\"\\\\\"\n}\n");
	read = json_loads(printed, 0, NULL);
	assert_true(json_equal(read, row));
	json_decref(read);
	json_decref(row);
	free(printed);
}

static void test_text_is_always_a_string(void **state)
{
	static const char *const cases[][2] = {{"", ""}, {"a\303\244\033", "a\303\244\033"},
		{"\377a\303", "\357\277\275a\357\277\275"},
		{"\355\240\200", "\357\277\275\357\277\275\357\277\275"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		json_t *string = report_text(cases[i][0]);

		assert_string_equal(json_string_value(string), cases[i][1]);
		json_decref(string);
	}
	for (int byte = 1; byte < 256; byte++) {
		json_t *string = report_text((char[]){(char)byte, (char)byte, '\0'});

		assert_true(json_is_string(string));
		json_decref(string);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_clean),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_is_harmless),
		cmocka_unit_test(test_text_is_always_a_string),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
