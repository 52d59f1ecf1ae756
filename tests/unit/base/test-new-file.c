/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/new-file.c. */
#include "launcher/base/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void expect(const char *path, const char *text, mode_t mode)
{
	char found[100] = "";
	struct stat st = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && read(fd, found, sizeof(found) - 1) >= 0 && fstat(fd, &st) == 0);
	assert_string_equal(found, text);
	assert_int_equal(st.st_mode & 07777, mode);
	close(fd);
}

/* Nothing but these names is in the current directory. */
static void expect_files(int n)
{
	struct dirent **entries = NULL;
	int found = file_names(AT_FDCWD, ".", &entries);

	for (int i = 0; i < found; i++)
		free(entries[i]);
	free(entries);
	assert_int_equal(found, n + 2);
}

static struct new_file begin(const char *path, const char *text)
{
	struct new_file file = NEW_FILE_NONE;
	char *error = NULL;

	assert_int_equal(new_file_open(path, &file, &error), 0);
	assert_int_equal(write(file.fd, text, strlen(text)), strlen(text));
	return file;
}

static void test_it_has_no_name_before_it_is_complete(void **state)
{
	struct new_file file = begin("./a", "new");
	char *error = NULL;

	(void)state;
	expect_files(0);
	assert_int_equal(new_file_finish(&file, 0640, false, &error), 0);
	new_file_drop(&file);
	expect("a", "new", 0640);
	expect_files(1);
	unlink("a");
}

static void test_one_that_is_dropped_was_never_there(void **state)
{
	struct new_file file = begin("a", "new");
	unsigned int fds = unit_count_fds();

	(void)state;
	new_file_drop(&file);
	new_file_drop(&file);
	assert_int_equal(unit_count_fds(), fds - 2);
	expect_files(0);
}

static void test_what_has_the_name_is_replaced_or_not(void **state)
{
	struct new_file file = begin("a", "new");
	char *error = NULL;

	(void)state;
	put("a", "old");
	assert_int_equal(new_file_finish(&file, 0600, false, &error), -EEXIST);
	assert_non_null(strstr(error, "cannot make 'a': File exists"));
	free(error);
	error = NULL;
	expect("a", "old", 0644);
	assert_int_equal(new_file_finish(&file, 0600, true, &error), 0);
	new_file_drop(&file);
	expect("a", "new", 0600);
	expect_files(1);
	unlink("a");
}

static void test_no_place_for_it(void **state)
{
	static const char *const paths[] = {"none/a", "/", "a/", "/proc/a"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(paths); i++) {
		struct new_file file = NEW_FILE_NONE;
		char *error = NULL;

		assert_true(new_file_open(paths[i], &file, &error) < 0);
		assert_non_null(strstr(error, "cannot make '"));
		free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_has_no_name_before_it_is_complete),
		cmocka_unit_test(test_one_that_is_dropped_was_never_there),
		cmocka_unit_test(test_what_has_the_name_is_replaced_or_not),
		cmocka_unit_test(test_no_place_for_it),
	};

	return cmocka_run_group_tests_name("new-file", tests, scratch_set_up, scratch_tear_down);
}
