/* SPDX-License-Identifier: MIT
 * Tests of base/signals.c and base/standard-fds.c, each in a process of its own. */
#include "launcher/base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/standard-fds.h"
#include "tests/unit/unit.h"

/* The exit status of a child that does it. */
static int in_child(int (*test)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(test());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int ignored_stay_so(void)
{
	struct signalfd_siginfo info = {0};
	int fd = -1;

	signal(SIGHUP, SIG_IGN);
	fd = signals_open();
	/* What is ignored does not even come; what follows does. */
	raise(SIGHUP);
	raise(SIGTERM);
	if (read(fd, &info, sizeof(info)) != sizeof(info) || info.ssi_signo != SIGTERM)
		return 1;
	return read(fd, &info, sizeof(info)) < 0 ? 0 : 2;
}

static void test_ignored(void **state)
{
	(void)state;
	assert_int_equal(in_child(ignored_stay_so), 0);
}

static int children_are_waited_for(void)
{
	int status = 0;
	pid_t pid = -1;

	signal(SIGCHLD, SIG_IGN);
	signals_begin();
	pid = fork();
	if (pid == 0)
		_exit(7);
	return waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7 ? 0 : 1;
}

static void test_children(void **state)
{
	(void)state;
	assert_int_equal(in_child(children_are_waited_for), 0);
}

/* A write that goes beyond `ulimit -f`, in a child whose program begins so. */
static int too_large_is_an_error(void)
{
	const struct rlimit limit = {1, 1};
	FILE *file = tmpfile();

	signals_begin();
	signals_reset();
	if (file == NULL || setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 1;
	return pwrite(fileno(file), "x", 1, 1) < 0 && errno == EFBIG ? 0 : 2;
}

static void test_too_large(void **state)
{
	(void)state;
	assert_int_equal(in_child(too_large_is_an_error), 0);
}

static int closed_are_filled(void)
{
	int pair[2] = {-1, -1};

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (standard_fds_open() != 0 || pipe(pair) < 0 || pair[0] != 3)
		return 1;
	/* Nothing comes, nothing is taken for printed, and what is said is lost. */
	return read(0, pair, 1) == 0 && write(1, "", 1) < 0 && write(2, "", 1) == 1 ? 0 : 2;
}

static int open_are_left(void)
{
	int pair[2] = {-1, -1};
	char byte = 0;

	if (pipe(pair) < 0 || dup2(pair[1], 1) < 0 || standard_fds_open() != 0)
		return 1;
	return write(1, "x", 1) == 1 && read(pair[0], &byte, 1) == 1 && byte == 'x' ? 0 : 2;
}

static void test_standard_fds(void **state)
{
	(void)state;
	assert_int_equal(in_child(closed_are_filled), 0);
	assert_int_equal(in_child(open_are_left), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_standard_fds),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
