/* SPDX-License-Identifier: MIT
 * Tests of launcher/commands.c: every screen is one. */
#include "launcher/command/commands.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/command/table.h"
#include "launcher/options/help.h"
#include "tests/unit/unit.h"

#define SCREEN_ROWS 30
#define SCREEN_COLUMNS 80

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

/* No two commands share a name or a bit, and each has what it needs. */
static void test_table(void **state)
{
	(void)state;
	for (const struct command *row = commands_table; row->name != NULL; row++) {
		assert_non_null(row->summary);
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
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
