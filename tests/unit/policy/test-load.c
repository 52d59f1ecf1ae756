/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-load.c: which files are read, in which order, and how much of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/policy/unit-files.h"
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

/* Load; the bridges of the rules, in their order, must be these. */
static void assert_bridges(const struct unit_files *files, const char *bridges)
{
	struct policy *policy = policy_load(&files->paths);
	char *errors = unit_policy_errors(policy);
	char text[256] = "";
	size_t length = 0;

	assert_string_equal(errors, "");
	for (size_t i = 0; i < policy->n_rules; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
			i > 0 ? " " : "", policy->rules[i].before);
	assert_string_equal(text, bridges);
	free(errors);
	policy_free(policy);
}

static void test_main_only(void **state)
{
	struct unit_files *files = unit_files(state);

	assert_bridges(files, "main");
	assert_int_equal(rmdir(files->policy_d), 0);
	assert_bridges(files, "main");
	unit_files_write(files, "policy.conf", "");
	assert_bridges(files, "");
}

static void test_order(void **state)
{
	static const char *const names[] = {"b", "a", "B", "10", "9", "a-b", "a.b", "ab"};
	struct unit_files *files = unit_files(state);

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		char name[64] = "", text[64] = "";

		snprintf(name, sizeof(name), "policy.d/%s.conf", names[i]);
		snprintf(text, sizeof(text), "permit any bridge %s\n", names[i]);
		unit_files_write(files, name, text);
	}
	/* By bytes, in any locale: '-' < '.' < digits < capitals < letters. */
	assert_bridges(files, "main 10 9 B a-b a.b a ab b");
}

static void test_ignored_names(void **state)
{
	static const char *const names[] = {"README", "a.conf~", "a.conf.bak", "a.CONF", "conf",
		".conf", ".a.conf", "aconf", "#a.conf#", "a b"};
	struct unit_files *files = unit_files(state);

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		char name[64] = "";

		snprintf(name, sizeof(name), "policy.d/%s", names[i]);
		unit_files_write(files, name, "nonsense\n");
	}
	assert_bridges(files, "main");
}

static void test_places(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy *policy = NULL;

	unit_files_write(files, "policy.d/a.conf", "\npermit any bridge a\n");
	policy = policy_load(&files->paths);
	assert_int_equal(policy->n_rules, 2);
	assert_string_equal(policy->rules[0].file, files->main);
	assert_int_equal(policy->rules[0].line, 1);
	assert_string_equal(policy->rules[1].file, unit_files_path(files, "policy.d/a.conf"));
	assert_int_equal(policy->rules[1].line, 2);
	assert_string_equal(policy->main, files->main);
	policy_free(policy);
}

static void test_subuid(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy *policy = NULL;

	unit_files_write(files, "subuid", "alice:100000:65536\n");
	policy = policy_load(&files->paths);
	assert_int_equal(policy->n_ranges, 1);
	policy_free(policy);
	unit_files_write(files, "subuid", "alice:100000:65536\n\nalice\n");
	unit_files_assert(files, "@/subuid:3:1: NAME:START:COUNT expected\n");
}

static void test_main_missing(void **state)
{
	struct unit_files *files = unit_files(state);

	assert_int_equal(unlink(files->main), 0);
	unit_files_assert(
		files, "@/policy.conf: cannot open '@/policy.conf': No such file or directory\n");
}

/* Only the last part of a path may be missing. */
static void test_directory_missing(void **state)
{
	struct unit_files *files = unit_files(state);
	char path[256] = "";

	snprintf(path, sizeof(path), "%s", unit_files_path(files, "none/x"));
	files->paths.main = path;
	unit_files_assert(files, "@/none/x: cannot open '@/none': No such file or directory\n");
	files->paths.main = files->main;
	files->paths.directory = path;
	unit_files_assert(files, "@/none/x: cannot open '@/none': No such file or directory\n");
	files->paths.directory = files->policy_d;
	files->paths.subuid = path;
	unit_files_assert(files, "@/none/x: cannot open '@/none': No such file or directory\n");
}

static void test_all_errors(void **state)
{
	struct unit_files *files = unit_files(state);

	unit_files_write(files, "policy.conf", "x\npermit any bridge a\ny\n");
	unit_files_write(files, "policy.d/a.conf", "permit any bridge a\n");
	unit_files_write(files, "policy.d/b.conf", "z\n");
	unit_files_write(files, "policy.d/c.conf", "permit any bridge a");
	unit_files_write(files, "subuid", "s\n");
	unit_files_assert(files,
		"@/policy.conf:1:1: 'permit' or 'deny' expected, not 'x'\n"
		"@/policy.conf:3:1: 'permit' or 'deny' expected, not 'y'\n"
		"@/policy.d/b.conf:1:1: 'permit' or 'deny' expected, not 'z'\n"
		"@/policy.d/c.conf:1:20: no newline at the end: the file may have been cut short\n"
		"@/subuid:1:1: NAME:START:COUNT expected\n");
}

static void test_size(void **state)
{
	struct unit_files *files = unit_files(state);
	char *text = calloc(1, POLICY_FILE_MAX + 2);

	assert_non_null(text);
	memset(text, '\n', POLICY_FILE_MAX);
	unit_files_write(files, "policy.conf", text);
	unit_files_write(files, "subuid", text);
	unit_files_assert(files, "");
	text[POLICY_FILE_MAX] = '\n';
	unit_files_write(files, "policy.conf", text);
	unit_files_write(files, "subuid", text);
	unit_files_assert(files,
		"@/policy.conf: '@/policy.conf' is larger than one MiB\n"
		"@/subuid: '@/subuid' is larger than one MiB\n");
	free(text);
}

static void test_too_many_files(void **state)
{
	struct unit_files *files = unit_files(state);

	for (int i = 0; i <= POLICY_FILES_MAX; i++) {
		char name[64] = "";

		if (i == POLICY_FILES_MAX)
			unit_files_assert(files, "");
		snprintf(name, sizeof(name), "policy.d/%d.conf", i);
		unit_files_write(files, name, "");
	}
	unit_files_assert(files, "@/policy.d: more than 256 files\n");
}

#define NAME_ERROR \
	"@/policy.d: the name of a file consists of letters, digits, '.', '_' and '-': rename "

static void test_file_names(void **state)
{
	static const struct {
		const char *name;
		const char *error;
	} cases[] = {
		{"policy.d/a b.conf", NAME_ERROR "'a...'\n"},
		{"policy.d/ab\nc.conf", NAME_ERROR "'ab...'\n"},
		{"policy.d/\x1b[2J.conf", NAME_ERROR "'...'\n"},
		{"policy.d/\xc3\xa4.conf", NAME_ERROR "'...'\n"},
	};
	struct unit_files *files = unit_files(state);
	char name[256] = "policy.d/", error[512] = "";
	size_t room = POLICY_PATH_MAX - strlen(files->directory) - strlen("/policy.d/.conf");

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		unit_files_write(files, cases[i].name, "nonsense\n");
		unit_files_assert(files, cases[i].error);
		assert_int_equal(unlink(unit_files_path(files, cases[i].name)), 0);
	}
	memset(name + 9, 'n', room);
	memcpy(name + 9 + room, ".conf", 6);
	unit_files_write(files, name, "");
	unit_files_assert(files, "");
	memcpy(name + 9 + room, "n.conf", 7);
	unit_files_write(files, name, "nonsense\n");
	snprintf(error, sizeof(error), "@/policy.d: the path of '%s' is longer than 200 bytes\n",
		name + 9);
	unit_files_assert(files, error);
}

static void test_paths(void **state)
{
	static const char long_path[] =
		"/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
		"/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
		"/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	static const char *const paths[] = {"", "policy.conf", "./policy.conf", "/",
		"//policy.conf", "/etc//x", "/etc/", "/etc/./x", "/etc/../x", "/..", "/.",
		"/etc/..", long_path};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(paths); i++)
		for (int which = 0; which < 3; which++) {
			struct policy_paths broken = {.main = which == 0 ? paths[i] : "/none/a",
				.directory = which == 1 ? paths[i] : "/none/b",
				.subuid = which == 2 ? paths[i] : "/none/c"};
			struct policy *policy = policy_load(&broken);
			char *errors = unit_policy_errors(policy);

			assert_string_equal(errors,
				"the policy: a path is not absolute, not plain "
				"or longer than 200 bytes\n");
			assert_string_equal(policy_broken_at(policy), "the policy");
			free(errors);
			policy_free(policy);
		}
}

/* The longest path that is taken: what is wrong with it is only that nothing is there. */
static void test_path_longest(void **state)
{
	char path[POLICY_PATH_MAX + 1] = "/owvm-none/";
	struct policy_paths paths = {.main = path, .directory = path, .subuid = path};
	struct policy *policy = NULL;

	(void)state;
	memset(path + strlen(path), 'p', POLICY_PATH_MAX - strlen(path));
	policy = policy_load(&paths);
	assert_string_equal(policy_broken_at(policy), path);
	policy_free(policy);
}

/* As this system knows them. */
static void test_real_names(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy *policy = NULL;

	unit_files_write(
		files, "policy.conf", "permit user root bridge a\npermit group root bridge b\n");
	policy = policy_load(&files->paths);
	assert_null(policy_broken_at(policy));
	assert_int_equal(policy->n_rules, 2);
	assert_int_equal(policy->rules[0].id, 0);
	assert_int_equal(policy->rules[1].subject, POLICY_GROUP);
	assert_int_equal(policy->rules[1].id, 0);
	policy_free(policy);
	unit_files_write(files, "policy.conf",
		"permit user no-such-user bridge a\npermit group no-such-group bridge b\n");
	unit_files_assert(files,
		"@/policy.conf:1:13: unknown user 'no-such-user'\n"
		"@/policy.conf:2:14: unknown group 'no-such-group'\n");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, unit_files_set_up, unit_files_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_main_only),
		TEST(test_order),
		TEST(test_ignored_names),
		TEST(test_places),
		TEST(test_subuid),
		TEST(test_main_missing),
		TEST(test_directory_missing),
		TEST(test_all_errors),
		TEST(test_size),
		TEST(test_too_many_files),
		TEST(test_file_names),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_path_longest),
		TEST(test_real_names),
	};

	return cmocka_run_group_tests_name("policy-load", tests, NULL, NULL);
}
