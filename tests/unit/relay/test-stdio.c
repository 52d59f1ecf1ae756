/* SPDX-License-Identifier: MIT
 * Tests of launcher/relay/stdio.c. */
#include "launcher/relay/stdio.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static void test_both_ways_until_the_other_side_has_said_all(void **state)
{
	int guest[2] = {-1, -1}, user[2] = {-1, -1}, status = 0;
	char got[16] = "";
	pid_t pid = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, guest), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, user), 0);
	pid = fork();
	if (pid == 0) {
		dup2(user[0], STDIN_FILENO);
		dup2(user[0], STDOUT_FILENO);
		close(user[0]);
		close(user[1]);
		close(guest[1]);
		_exit(stdio_relay(guest[0]) == 0 ? 0 : 1);
	}
	close(user[0]);
	close(guest[0]);
	assert_int_equal(write(user[1], "asked", 5), 5);
	assert_int_equal(shutdown(user[1], SHUT_WR), 0);
	assert_int_equal(recv(guest[1], got, sizeof(got), MSG_WAITALL), 5);
	assert_string_equal(got, "asked");
	assert_int_equal(write(guest[1], "answered", 8), 8);
	close(guest[1]);
	assert_int_equal(recv(user[1], got, sizeof(got), MSG_WAITALL), 8);
	assert_string_equal(got, "answered");
	close(user[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways_until_the_other_side_has_said_all),
	};

	return cmocka_run_group_tests_name("stdio", tests, NULL, NULL);
}
