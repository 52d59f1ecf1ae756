/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/say-once.c. */
#include "launcher/base/say-once.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define OUTPUT "output"

static void test_said_once(void **state)
{
	int output = open(OUTPUT, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	char *text = NULL;

	(void)state;
	assert_true(output >= 0 && saved >= 0);
	assert_true(dup2(output, STDERR_FILENO) >= 0);
	for (int i = 0; i < 3; i++) {
		say_once("'%s' is left out", "a");
		say_once("'%s' is left out", "b");
	}
	/* Whatever comes in between. */
	for (int i = 0; i < 100; i++)
		say_once("%d", i % 2);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(output);
	close(saved);
	text = scratch_read(OUTPUT);
	assert_string_equal(
		text, "owrun: 'a' is left out\nowrun: 'b' is left out\nowrun: 0\nowrun: 1\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_said_once, scratch_set_up, scratch_tear_down)};

	return cmocka_run_group_tests_name("say-once", tests, NULL, NULL);
}
