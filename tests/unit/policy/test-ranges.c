/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-ranges.c: the file of the ranges changes while the policy is in use. */
#include "policy/policy-ranges.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/subid.h"
#include "tests/unit/policy/unit-files.h"
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

#define ALICE "alice:100000:65536\n"
#define BOB "bob:165536:65536\n"

/* A policy in use. */
struct use {
	struct unit_files *files;
	struct policy *policy;
	struct policy_ranges ranges;
	char text[POLICY_RANGES_TEXT_SIZE];
};

static struct use begin(void **state)
{
	struct use use = {.files = unit_files(state)};

	assert_int_equal(policy_ranges_open(&use.ranges, &use.files->paths), 0);
	use.policy = policy_load(&use.files->paths);
	assert_null(policy_broken_at(use.policy));
	return use;
}

static void end(struct use *use)
{
	policy_ranges_close(&use->ranges);
	policy_free(use->policy);
}

static int follow(struct use *use)
{
	return policy_ranges_follow(&use->ranges, use->policy, use->text);
}

/* As useradd(8) and usermod(8) do. */
static void replace(const struct use *use, const char *text)
{
	char path[256] = "";

	unit_files_write(use->files, "subuid+", text);
	snprintf(path, sizeof(path), "%s", unit_files_path(use->files, "subuid+"));
	assert_int_equal(rename(path, use->files->subuid), 0);
}

static void assert_ranges(const struct use *use, bool alice, bool bob)
{
	assert_int_equal(subid_find(use->policy, 100776) != NULL, alice);
	assert_int_equal(subid_find(use->policy, 165536) != NULL, bob);
}

static void test_what_appears_and_goes(void **state)
{
	struct use use = begin(state);

	assert_int_equal(follow(&use), 0);
	replace(&use, ALICE);
	assert_int_equal(follow(&use), 1);
	assert_ranges(&use, true, false);
	assert_int_equal(follow(&use), 0);
	replace(&use, ALICE BOB);
	assert_int_equal(follow(&use), 1);
	assert_ranges(&use, true, true);
	replace(&use, BOB);
	assert_int_equal(follow(&use), 1);
	assert_ranges(&use, false, true);
	assert_int_equal(unlink(use.files->subuid), 0);
	assert_int_equal(follow(&use), 1);
	assert_ranges(&use, false, false);
	assert_int_equal(follow(&use), 0);
	end(&use);
}

/* Also where neither size nor time tells, within a tick of the kernel's clock. */
static void test_a_file_that_is_written_in_place(void **state)
{
	struct use use = begin(state);

	for (int i = 0; i < 1000; i++) {
		unit_files_write(use.files, "subuid", i % 2 == 0 ? ALICE : "alice:900000:65536\n");
		assert_true(follow(&use) >= 0);
		assert_ranges(&use, i % 2 == 0, false);
	}
	end(&use);
}

static void test_a_file_with_an_error_only_adds(void **state)
{
	struct use use = begin(state);

	replace(&use, ALICE);
	assert_int_equal(follow(&use), 1);
	replace(&use, "carol\n" BOB);
	assert_int_equal(follow(&use), -EINVAL);
	assert_non_null(strstr(use.text, "/subuid:1:1: NAME:START:COUNT expected"));
	assert_ranges(&use, true, true);
	/* Once. */
	for (int i = 0; i < 100; i++)
		assert_int_equal(follow(&use), 0);
	assert_int_equal(use.policy->n_ranges, 2);
	assert_null(policy_broken_at(use.policy));
	replace(&use, BOB);
	assert_int_equal(follow(&use), 1);
	assert_ranges(&use, false, true);
	end(&use);
}

static void test_a_file_that_others_can_have_written(void **state)
{
	struct use use = begin(state);

	replace(&use, ALICE);
	assert_int_equal(follow(&use), 1);
	replace(&use, BOB);
	unit_files_chmod(use.files, "subuid", 0666);
	assert_int_equal(follow(&use), -EINVAL);
	assert_non_null(strstr(use.text, "is writable by others than its owner"));
	assert_ranges(&use, true, false);
	assert_int_equal(unlink(use.files->subuid), 0);
	assert_int_equal(symlink("policy.conf", use.files->subuid), 0);
	assert_int_equal(follow(&use), -EINVAL);
	assert_non_null(strstr(use.text, "is a symbolic link"));
	assert_int_equal(unlink(use.files->subuid), 0);
	assert_int_equal(mkfifo(use.files->subuid, 0600), 0);
	assert_int_equal(follow(&use), -EINVAL);
	assert_non_null(strstr(use.text, "is not a regular file"));
	assert_ranges(&use, true, false);
	end(&use);
}

/* Between the two calls of begin(). */
static void test_what_changes_while_the_policy_is_loaded(void **state)
{
	struct use use = {.files = unit_files(state)};

	assert_int_equal(policy_ranges_open(&use.ranges, &use.files->paths), 0);
	replace(&use, ALICE);
	use.policy = policy_load(&use.files->paths);
	replace(&use, BOB);
	assert_int_equal(follow(&use), 1);
	assert_ranges(&use, false, true);
	end(&use);
}

static void test_a_directory_that_is_not_trusted(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy_ranges ranges = {.directory = -1};

	unit_files_chmod(files, "", 0777);
	assert_int_equal(policy_ranges_open(&ranges, &files->paths), -EPERM);
	unit_files_chmod(files, "", 0755);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, unit_files_set_up, unit_files_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_appears_and_goes),
		TEST(test_a_file_that_is_written_in_place),
		TEST(test_a_file_with_an_error_only_adds),
		TEST(test_a_file_that_others_can_have_written),
		TEST(test_what_changes_while_the_policy_is_loaded),
		TEST(test_a_directory_that_is_not_trusted),
	};

	return cmocka_run_group_tests_name("policy-ranges", tests, NULL, NULL);
}
