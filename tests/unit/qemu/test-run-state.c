/* SPDX-License-Identifier: MIT
 * Tests of launcher/qemu/run-state.c: what QEMU's words mean. */
#include "launcher/qemu/run-state.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_words(void **state)
{
	static const struct {
		const char *word, *why, *command;
	} rows[] = {
		{"running", NULL, NULL},
		{"paused", "somebody paused it", "owrun monitor vm cont"},
		{"io-error", "the file or file system of a disk is full", "owrun monitor vm cont"},
		{"suspended", "the guest sleeps", "owrun monitor vm system_wakeup"},
		{"guest-panicked", "the guest's kernel has panicked", "owrun restart vm"},
		{"internal-error", "QEMU or KVM cannot go on", "owrun restart vm"},
		/* Nothing is advised where nothing is known. */
		{"prelaunch", "QEMU's own word for it is 'prelaunch'", NULL},
		{"", "QEMU's own word for it is ''", NULL},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *why = NULL, *command = NULL;

		assert_int_equal(
			run_state_judge("vm", rows[i].word, &why, &command), rows[i].why != NULL);
		if (rows[i].why == NULL)
			assert_null(why);
		else
			assert_ptr_equal(strstr(why, rows[i].why), why);
		if (rows[i].command == NULL)
			assert_null(command);
		else
			assert_string_equal(command, rows[i].command);
		free(why);
		free(command);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("run-state", tests, NULL, NULL);
}
