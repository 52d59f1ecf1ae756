/* SPDX-License-Identifier: MIT
 * Tests of launcher/mkimage/path.c; whole tars are in the end-to-end tests. */
#include "launcher/mkimage/path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_names_become_paths(void **state)
{
	static const struct {
		const char *name;
		const char *path;
	} cases[] = {
		{"a", "/a"},
		{"./a/b", "/a/b"},
		{"a/", "/a"},
		{"a//b/./c", "/a/b/c"},
		{".", "/"},
		{"./", "/"},
		{".//.", "/"},
		{"...", "/..."},
		{"..a/b..", "/..a/b.."},
		{" ", "/ "},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *path = NULL, *error = NULL;

		assert_int_equal(path_normalize(cases[i].name, &path, &error), 0);
		assert_string_equal(path, cases[i].path);
		free(path);
	}
}

static void test_names_that_lead_out_are_refused(void **state)
{
	static const struct {
		const char *name;
		const char *part;
	} cases[] = {
		{"", "without a name"},
		{"/", "is an absolute name"},
		{"/a", "is an absolute name"},
		{"..", "leads upwards"},
		{"../a", "leads upwards"},
		{"a/..", "leads upwards"},
		{"a/../b", "leads upwards"},
		{"./..//", "leads upwards"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *path = NULL, *error = NULL;

		assert_int_equal(path_normalize(cases[i].name, &path, &error), -EINVAL);
		assert_null(path);
		assert_non_null(strstr(error, cases[i].part));
		free(error);
	}
}

static void test_a_name_that_is_longer_than_a_path_is_refused(void **state)
{
	char name[PATH_MAX + 1] = "", *path = NULL, *error = NULL;

	(void)state;
	memset(name, 'a', PATH_MAX);
	assert_int_equal(path_normalize(name, &path, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error, "is longer than 4095 bytes"));
	free(error);
	name[PATH_MAX - 2] = '\0';
	assert_int_equal(path_normalize(name, &path, &error), 0);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_become_paths),
		cmocka_unit_test(test_names_that_lead_out_are_refused),
		cmocka_unit_test(test_a_name_that_is_longer_than_a_path_is_refused),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
