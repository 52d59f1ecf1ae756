/* SPDX-License-Identifier: MIT
 * Tests of policy/tool-load.c: what the tool takes for trial, and that policy_load() does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "policy/tool-load.h"
#include "tests/unit/policy/unit-files.h"
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

static struct policy *try_file(const struct unit_files *files, const char *name)
{
	const char *const paths[] = {unit_files_path(files, name)};

	return tool_load_files(paths, 1, false);
}

static void test_a_file_that_anybody_may_write_can_be_tried_but_not_installed(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy *policy = NULL;

	unit_files_chmod(files, "policy.conf", 0666);
	unit_files_assert(files,
		"@/policy.conf: '@/policy.conf' is writable by others than its "
		"owner: take that away with 'chmod go-w'\n");
	policy = try_file(files, "policy.conf");
	assert_non_null(policy);
	assert_null(policy_broken_at(policy));
	assert_int_equal(policy->n_rules, 1);
	assert_int_equal(policy->n_files, 1);
	policy_free(policy);
}

static void test_files_are_one_policy_with_all_errors(void **state)
{
	struct unit_files *files = unit_files(state);
	OWNED_MEMORY char *first = NULL;
	const char *second = NULL;
	struct policy *policy = NULL;

	unit_files_write(files, "a.conf", "permit any bridge a\nx\n");
	unit_files_write(files, "b.conf", "permit any bridge b\n\ny\n");
	first = strdup(unit_files_path(files, "a.conf"));
	second = unit_files_path(files, "b.conf");
	policy = tool_load_files((const char *const[]){first, second}, 2, false);
	assert_non_null(policy);
	assert_int_equal(policy->n_files, 2);
	assert_int_equal(policy->n_errors, 2);
	assert_string_equal(policy->errors[0].file, first);
	assert_int_equal(policy->errors[0].line, 2);
	assert_string_equal(policy->errors[1].file, second);
	assert_int_equal(policy->errors[1].line, 3);
	policy_free(policy);
}

static void test_a_file_of_the_largest_size(void **state)
{
	struct unit_files *files = unit_files(state);
	OWNED_MEMORY char *text = malloc(POLICY_FILE_MAX + 2);
	struct policy *policy = NULL;

	assert_non_null(text);
	memset(text, '\n', POLICY_FILE_MAX + 1);
	text[POLICY_FILE_MAX + 1] = '\0';
	unit_files_write(files, "large", text + 1);
	policy = try_file(files, "large");
	assert_null(policy_broken_at(policy));
	policy_free(policy);
	unit_files_write(files, "large", text);
	policy = try_file(files, "large");
	assert_int_equal(policy->n_errors, 1);
	assert_non_null(strstr(policy->errors[0].message, "is larger than one MiB"));
	policy_free(policy);
}

static void test_what_cannot_be_read(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy *policy = try_file(files, "missing");

	assert_int_equal(policy->n_errors, 1);
	assert_non_null(strstr(policy->errors[0].message, "No such file"));
	policy_free(policy);
	policy = try_file(files, "policy.d");
	assert_int_equal(policy->n_errors, 1);
	assert_non_null(strstr(policy->errors[0].message, "Is a directory"));
	assert_int_equal(policy->n_files, 0);
	policy_free(policy);
}

static void test_a_path_that_cannot_stand_in_messages(void **state)
{
	char path[POLICY_PATH_MAX + 2] = "";
	const char *const paths[] = {"/dev/null", path};

	(void)state;
	assert_null(tool_load_files(paths, 2, false));
	memset(path, 'x', sizeof(path) - 1);
	assert_null(tool_load_files(paths, 2, false));
	memcpy(path, "a\x1b[1m", sizeof("a\x1b[1m"));
	assert_null(tool_load_files(paths, 2, false));
	/* CSI in one character, beside one that begins with the same byte. */
	memcpy(path, "\302\265\302\2331m", sizeof("\302\265\302\2331m"));
	assert_null(tool_load_files(paths, 2, false));
}

#define WITH_FILES(test) \
	cmocka_unit_test_setup_teardown(test, unit_files_set_up, unit_files_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILES(test_a_file_that_anybody_may_write_can_be_tried_but_not_installed),
		WITH_FILES(test_files_are_one_policy_with_all_errors),
		WITH_FILES(test_a_file_of_the_largest_size),
		WITH_FILES(test_what_cannot_be_read),
		cmocka_unit_test(test_a_path_that_cannot_stand_in_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
