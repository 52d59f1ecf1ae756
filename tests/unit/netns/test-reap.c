/* SPDX-License-Identifier: MIT
 * Tests of launcher/netns/reap.c: all that descends from a process ends. */
#include "launcher/netns/reap.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "tests/unit/unit.h"

#define DEPTH 5

/* Children of children, each in a session of its own, which hold the pipe; some end at once. */
__attribute__((noreturn)) static void grow(int depth)
{
	setsid();
	signal(SIGTERM, SIG_IGN);
	if (depth < DEPTH && fork() == 0)
		grow(depth + 1);
	if (depth < DEPTH && fork() == 0)
		grow(depth + 1);
	if (depth == 1)
		_exit(0);
	while (true)
		pause();
}

static void test_all_descendants_end(void **state)
{
	int pipe_ends[2] = {-1, -1};
	char byte = 0;

	(void)state;
	assert_int_equal(reap_adopt(), 0);
	assert_int_equal(pipe(pipe_ends), 0);
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			grow(0);
	close(pipe_ends[1]);
	reap_all();
	/* Nobody holds its other end, so nobody is left. */
	assert_int_equal(read(pipe_ends[0], &byte, 1), 0);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
	close(pipe_ends[0]);
}

static void test_none(void **state)
{
	(void)state;
	reap_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_descendants_end),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
