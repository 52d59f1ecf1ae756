/* SPDX-License-Identifier: MIT
 * Tests of launcher/commands.c: every screen is one. */
#include "launcher/command/commands.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/command/table.h"
#include "launcher/options/help.h"
#include "launcher/options/parse.h"
#include "tests/unit/unit.h"

#define SCREEN_ROWS 30
#define SCREEN_COLUMNS 80
#define WORDS_MAX 12

static void test_help_fits(void **state)
{
	(void)state;
	for (const struct command *command = commands_table; command->name != NULL; command++) {
		char *text = NULL, *rest = NULL, *line = NULL;
		size_t size = 0, rows = 0;
		FILE *stream = open_memstream(&text, &size);

		assert_non_null(stream);
		options_print_help(command, stream);
		fclose(stream);
		rest = text;
		while ((line = strsep(&rest, "\n")) != NULL) {
			if (strlen(line) > SCREEN_COLUMNS)
				fail_msg("too wide: %s", line);
			rows++;
		}
		if (rows > SCREEN_ROWS)
			fail_msg("%s: %zu rows", command->name, rows);
		free(text);
	}
}

/* What a shell would pass on of an example is what the command takes. */
static void test_examples(void **state)
{
	(void)state;
	for (const struct command *row = commands_table; row->name != NULL; row++) {
		char *line = strdup(row->help->example), *rest = line, *error = NULL;
		char *words[WORDS_MAX] = {0};
		struct options options;
		size_t n = 0;

		assert_non_null(line);
		assert_string_equal(strsep(&rest, " "), "owrun");
		assert_string_equal(strsep(&rest, " "), row->name);
		while (rest != NULL && rest[0] != '|' && rest[0] != '>') {
			assert_true(n < WORDS_MAX);
			words[n++] = strsep(&rest, " ");
		}
		options_init(&options);
		if (options_parse(row, words, n, &options, &error) != 0)
			fail_msg("%s: %s", row->help->example, error);
		options_free(&options);
		free(line);
	}
}

/* No two commands share a name or a bit, and each has what it needs. */
static void test_table(void **state)
{
	(void)state;
	for (const struct command *row = commands_table; row->name != NULL; row++) {
		assert_non_null(row->help);
		assert_non_null(row->help->summary);
		assert_non_null(row->run);
		assert_ptr_equal(command_find(commands_table, row->name), row);
		assert_true(row->operand != NULL || !row->operand_optional);
		assert_true(row->rest != NULL || !row->rest_raw);
		for (const struct command *other = commands_table; other != row; other++)
			assert_int_not_equal(row->bit, other->bit);
	}
	assert_null(command_find(commands_table, "nonsense"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_help_fits),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
