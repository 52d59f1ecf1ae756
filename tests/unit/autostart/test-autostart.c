/* SPDX-License-Identifier: MIT
 * Tests of launcher/autostart/autostart.c. */
#include "launcher/autostart/autostart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/autostart/unit.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define UNIT "systemd/user/owrun@a.service"
#define LINK "systemd/user/default.target.wants/owrun@a.service"

static int set_up(void **state)
{
	if (scratch_set_up(state) < 0 || unsetenv("XDG_RUNTIME_DIR") < 0)
		return -1;
	return setenv("XDG_CONFIG_HOME", *state, 1);
}

static void test_enable_and_disable(void **state)
{
	char *error = NULL, *text = NULL, target[64] = "";
	bool was = true;

	(void)state;
	assert_false(autostart_is_enabled("a"));
	assert_int_equal(autostart_disable("a", &was, &error), 0);
	assert_false(was);
	assert_int_equal(access("systemd", F_OK), -1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(autostart_enable("a", "/vm/a", &error), 0);
	text = scratch_read(UNIT);
	assert_non_null(strstr(text, "run -d \"/vm/a\"\n"));
	assert_true(readlink(LINK, target, sizeof(target) - 1) > 0);
	assert_string_equal(target, "../owrun@a.service");
	assert_true(autostart_is_enabled("a"));
	assert_false(autostart_is_enabled("b"));
	assert_int_equal(autostart_disable("a", &was, &error), 0);
	assert_true(was);
	assert_int_equal(access(UNIT, F_OK), -1);
	assert_int_equal(unlink(LINK), -1);
	free(text);
}

/* A unit that the user, or anybody else, has made is neither replaced nor removed. */
static void test_foreign(void **state)
{
	char *error = NULL, *text = NULL;
	bool was = true;

	(void)state;
	assert_int_equal(autostart_enable("a", "/vm/a", &error), 0);
	scratch_write(UNIT, "[Unit]\n");
	assert_int_equal(autostart_enable("a", "/vm/a", &error), -EEXIST);
	assert_non_null(strstr(error, "was not made by owrun"));
	assert_int_equal(autostart_disable("a", &was, &error), -EEXIST);
	assert_false(autostart_is_enabled("a"));
	text = scratch_read(UNIT);
	assert_string_equal(text, "[Unit]\n");
	free(text);
	free(error);
}

static void test_directory_of_others(void **state)
{
	char *error = NULL;

	(void)state;
	assert_int_equal(mkdir("systemd", 0777), 0);
	assert_int_equal(chmod("systemd", 0777), 0);
	assert_int_equal(autostart_enable("a", "/vm/a", &error), -EPERM);
	assert_int_equal(access("systemd/user", F_OK), -1);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_enable_and_disable, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_foreign, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(
			test_directory_of_others, set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests_name("autostart", tests, NULL, NULL);
}
