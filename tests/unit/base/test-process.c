/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/process.c: whose child a process is, and whether it is still the one. */
#include "launcher/base/process.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* A child of that name, which waits for a signal. */
static pid_t start_child(const char *name)
{
	int ready[2] = {-1, -1};
	char byte = 0;
	pid_t pid = 0;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (prctl(PR_SET_NAME, name, 0, 0, 0) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void test_whatever_a_process_is_called(void **state)
{
	static const char *const names[] = {"x", ") R 1 (", ") 5 5 5", "a b c", ""};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		char start[PROCESS_START_SIZE] = "", again[PROCESS_START_SIZE] = "";
		pid_t pid = start_child(names[i]);

		assert_int_equal(process_parent(pid), getpid());
		assert_true(process_start(pid, start));
		assert_true(process_start(pid, again));
		assert_string_equal(start, again);
		assert_true(process_is_there(pid, start));
		kill(pid, SIGKILL);
		/* Ended, and not reaped: its parent is this one still. */
		assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
		assert_int_equal(process_parent(pid), getpid());
		assert_false(process_is_there(pid, start));
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(process_parent(pid), 0);
		assert_false(process_start(pid, start));
	}
}

/* A child that has used a processor, and memory, is told from one that has not. */
static void test_usage(void **state)
{
	struct process_usage usage = {0};
	char start[PROCESS_START_SIZE] = "";
	pid_t pid = start_child(") 1 2 (");

	(void)state;
	assert_true(process_start(pid, start));
	assert_true(process_usage(pid, start, &usage));
	assert_true(usage.age < 600 && usage.cpu < 600);
	assert_true(usage.memory > 4096 && usage.memory < UINT64_C(1) << 40);
	/* Another that had the pid before, or has it now, is none of it. */
	assert_false(process_usage(pid, "1", &usage));
	assert_false(process_usage(pid, "", &usage));
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
	assert_false(process_usage(pid, start, &usage));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(process_usage(pid, start, &usage));
	/* The first process of all started before, and has more. */
	assert_true(process_start(1, start));
	assert_true(process_usage(1, start, &usage));
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(process_parent(-1), 0);
	assert_false(process_is_there(0, ""));
	assert_false(process_is_there(getpid(), ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whatever_a_process_is_called),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
