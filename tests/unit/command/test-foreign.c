/* SPDX-License-Identifier: MIT
 * Tests of launcher/command/foreign.c: answers name commands that there are. */
#include "launcher/command/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/table.h"
#include "tests/unit/unit.h"

#define QUOTED "'owrun "

/* Each "'owrun NAME" in the answer is a row of the table. Returns how many there are. */
static size_t check_commands(const char *answer)
{
	size_t n = 0;

	for (const char *at = strstr(answer, QUOTED); at != NULL; at = strstr(at + 1, QUOTED)) {
		const char *word = at + strlen(QUOTED);
		char *name = text_format("%.*s", (int)strcspn(word, " '"), word);

		if (strcmp(name, "--version") != 0 && command_find(commands_table, name) == NULL)
			fail_msg("'%s' is no command: %s", name, answer);
		free(name);
		n++;
	}
	return n;
}

static void test_answers(void **state)
{
	(void)state;
	for (const struct foreign *row = foreign_commands; row->name != NULL; row++) {
		assert_null(command_find(commands_table, row->name));
		assert_string_equal(foreign_answer(row->name), row->answer);
		assert_true(check_commands(row->answer) > 0);
		/* In the order of the alphabet, so that none is there twice. */
		assert_true(row == foreign_commands || strcmp(row[-1].name, row->name) < 0);
	}
	assert_null(foreign_answer("nonsense"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
