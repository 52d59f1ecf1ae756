/* SPDX-License-Identifier: MIT
 * Tests of launcher/disk/temporary.c. */
#include "launcher/disk/temporary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static int set_up(void **state)
{
	int r = scratch_set_up(state);

	return r < 0 ? r : setenv("XDG_CACHE_HOME", *state, 1);
}

static void make_home(const char *vm)
{
	char *directory = text_format("owvm/temporary/%s", vm);

	mkdir("owvm", 0700);
	mkdir("owvm/temporary", 0700);
	assert_int_equal(mkdir(directory, 0700), 0);
	free(directory);
}

static void test_place(void **state)
{
	char *expected = text_format("%s/owvm/temporary/router", (char *)*state);
	char *path = temporary_of_name("router"), *error = NULL;

	assert_string_equal(path, expected);
	free(path);
	setenv("XDG_CACHE_HOME", "relative", 1);
	setenv("HOME", "/home/alice", 1);
	path = temporary_of_name("router");
	assert_string_equal(path, "/home/alice/.cache/owvm/temporary/router");
	free(path);
	free(expected);
	setenv("HOME", "relative", 1);
	assert_null(temporary_of_name("router"));
	assert_int_equal(temporary_make("router", &error), -ENOENT);
	assert_non_null(strstr(error, "neither XDG_CACHE_HOME nor HOME"));
	free(error);
	temporary_remove("router");
}

/* What goes is what is there, not where it leads. */
static void test_remove(void **state)
{
	(void)state;
	make_home("router");
	scratch_write("owvm/temporary/router/payload", "");
	scratch_write("kept", "");
	assert_int_equal(symlink("../../../kept", "owvm/temporary/router/link"), 0);
	temporary_remove("router");
	assert_int_equal(access("owvm/temporary/router", F_OK), -1);
	assert_int_equal(access("owvm/temporary", F_OK), 0);
	assert_int_equal(access("kept", F_OK), 0);
	temporary_remove("router");
}

static void test_remove_symlink(void **state)
{
	(void)state;
	mkdir("owvm", 0700);
	mkdir("owvm/temporary", 0700);
	scratch_write("elsewhere/kept", "");
	assert_int_equal(symlink("../../elsewhere", "owvm/temporary/router"), 0);
	temporary_remove("router");
	assert_int_equal(access("elsewhere/kept", F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_place, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_remove, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_remove_symlink, set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests_name("temporary", tests, NULL, NULL);
}
