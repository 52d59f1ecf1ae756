/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/bytes.c: all of them, or an error. */
#include "launcher/base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define MUCH ((size_t)300 * 1024) /* bytes: more than a pipe holds */

/* A call on a pipe takes and gives what the pipe has room for, or holds. */
static void test_more_than_a_pipe_holds(void **state)
{
	static char sent[MUCH], got[MUCH + 1];
	int fds[2] = {-1, -1}, status = 0;
	pid_t pid = -1;

	(void)state;
	memset(sent, 'x', sizeof(sent));
	sent[MUCH - 1] = 'y';
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		_exit(bytes_write(fds[1], sent, sizeof(sent)) == 0 ? 0 : 1);
	close(fds[1]);
	assert_int_equal(bytes_read(fds[0], got, 10), 10);
	assert_int_equal(bytes_read(fds[0], got + 10, sizeof(got) - 10), MUCH - 10);
	assert_memory_equal(got, sent, MUCH);
	assert_int_equal(bytes_read(fds[0], got, 1), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fds[0]);
}

static void test_at_an_offset(void **state)
{
	char got[6] = "";
	int fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(bytes_write_at(fd, "end", 3, 3), 0);
	assert_int_equal(bytes_write(fd, "beg", 3), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(bytes_read(fd, got, sizeof(got)), 6);
	assert_memory_equal(got, "begend", 6);
	close(fd);
}

static void test_errors(void **state)
{
	char byte = 0;

	(void)state;
	assert_int_equal(bytes_write(-1, "a", 1), -EBADF);
	assert_int_equal(bytes_write_at(-1, "a", 1, 0), -EBADF);
	assert_int_equal(bytes_read(-1, &byte, 1), -EBADF);
}

static void test_zeros(void **state)
{
	(void)state;
	assert_true(bytes_are_zero("\0\0\0", 3));
	assert_true(bytes_are_zero("", 1));
	assert_false(bytes_are_zero("\0\0a", 3));
	assert_false(bytes_are_zero("a\0\0", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_than_a_pipe_holds),
		cmocka_unit_test(test_at_an_offset),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_zeros),
	};

	return cmocka_run_group_tests_name("bytes", tests, scratch_set_up, scratch_tear_down);
}
