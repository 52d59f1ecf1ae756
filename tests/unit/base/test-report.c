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
		"NAME   PID  FORWARDS\n"
		"a?[1m  -    ?,??\n");
}

static void test_json(void **state)
{
	(void)state;
	check("[]", true, "[]\n");
	check("[{\"name\": \"a\", \"other\": null}]", true,
		"[\n  {\n    \"name\": \"a\",\n    \"other\": null\n  }\n]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_clean),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
