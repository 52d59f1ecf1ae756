/* SPDX-License-Identifier: MIT
 * Tests of launcher/console/log.c. */
#include "launcher/console/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define PATH "/tmp/owvm-test-log-XXXXXX"

/* A file with that content; path is PATH before, its path after. */
static int make(char *path, const char *text, size_t times)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	for (size_t i = 0; i < times; i++)
		assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static void test_tail_offset(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		off_t max, offset;
	} cases[] = {
		{"", 1, 10, 0},
		{"0123456\n", 1, 8, 0},
		{"0123456\n", 10, 80, 0},
		{"0123456\n", 10, 79, 8},
		{"0123456\n", 10, 20, 64},
		{"0123456\n", 10, 16, 72},
		/* No line ends there. */
		{"01234567", 10, 20, 60},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char path[] = PATH;
		int fd = make(path, cases[i].text, cases[i].times);

		assert_int_equal(log_tail_offset(fd, cases[i].max), cases[i].offset);
		close(fd);
		assert_int_equal(unlink(path), 0);
	}
}

static void test_lines_offset(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		uint32_t lines;
		off_t offset;
	} cases[] = {
		{"", 1, 5, 0},
		{"one\n", 1, 0, 4},
		{"one\n", 1, 1, 0},
		{"one\n", 3, 1, 8},
		{"one\n", 3, 2, 4},
		{"one\n", 3, 3, 0},
		{"one\n", 3, 4000000000, 0},
		/* A line without an end counts. */
		{"one\ntwo", 1, 1, 4},
		{"\n", 5, 2, 3},
		/* More than what is read at once. */
		{"0123456\n", 1000, 700, 2400},
		{"01234567", 1000, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char path[] = PATH;
		int fd = make(path, cases[i].text, cases[i].times);

		assert_int_equal(log_lines_offset(fd, cases[i].lines), cases[i].offset);
		close(fd);
		assert_int_equal(unlink(path), 0);
	}
}

static char *tail_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	log_print_tail(fd, stream);
	if (fd >= 0)
		close(fd);
	fclose(stream);
	return text;
}

static void test_print_tail(void **state)
{
	char path[] = PATH, *text = NULL;

	(void)state;
	close(make(path, "first\n\n\x1b[1msecond", 1));
	text = tail_of(path);
	assert_string_equal(text, "  first\n  \\e[1msecond\n");
	free(text);
	assert_int_equal(unlink(path), 0);
	text = tail_of(path);
	assert_string_equal(text, "");
	free(text);
}

/* Only the end of a long one, in whole lines. */
static void test_print_tail_long(void **state)
{
	char path[] = PATH, *text = NULL;

	(void)state;
	close(make(path, "0123456\n", 100000));
	text = tail_of(path);
	assert_true(strlen(text) <= 4096);
	assert_int_equal(strlen(text) % strlen("  0123456\n"), 0);
	free(text);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tail_offset),
		cmocka_unit_test(test_lines_offset),
		cmocka_unit_test(test_print_tail),
		cmocka_unit_test(test_print_tail_long),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
