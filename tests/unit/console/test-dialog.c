/* SPDX-License-Identifier: MIT
 * Tests of launcher/console/dialog.c: a child plays the guest. */
#include "launcher/console/dialog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

static char *printed;

static void print(const char *line)
{
	text_append(&printed, "%s|", line);
}

/* What a guest says first, and what it answers to the first line that is not empty. */
struct guest {
	const char *says;
	const char *answers;
	bool stays;
	int timeout; /* ms; 0: more than it takes on any machine */
};

static void say(int socket, const char *text)
{
	(void)!write(socket, text, strlen(text));
}

static void play(const struct guest *guest, int socket)
{
	FILE *stream = fdopen(socket, "r+");
	char *line = NULL;
	size_t size = 0;

	say(socket, guest->says);
	while (getline(&line, &size, stream) >= 0)
		if (strcmp(line, "\n") != 0) {
			say(socket, line);
			say(socket, guest->answers);
			break;
		}
	while (guest->stays && getline(&line, &size, stream) >= 0)
		;
	_exit(0);
}

static int run(const struct guest *guest, char *const *argv, int *ret_status, char **reterr_text)
{
	int sockets[2] = {-1, -1}, r = 0;
	struct dialog dialog = {.pidfd = -1,
		.signals = -1,
		.timeout = guest->timeout > 0 ? guest->timeout : 60000,
		.print = print};
	pid_t pid = -1;

	free(printed);
	printed = text_format("%s", "");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	pid = fork();
	if (pid == 0) {
		close(sockets[0]);
		play(guest, sockets[1]);
	}
	close(sockets[1]);
	assert_int_equal(fcntl(sockets[0], F_SETFL, O_NONBLOCK), 0);
	dialog.socket = sockets[0];
	r = dialog_run(&dialog, argv, ret_status, reterr_text);
	close(sockets[0]);
	waitpid(pid, NULL, 0);
	return r;
}

static char *const words[] = {(char[]){"echo"}, (char[]){"a b"}, NULL};

static void test_what_the_command_prints_and_its_status(void **state)
{
	static const struct {
		struct guest guest;
		const char *printed;
		int status;
	} cases[] = {
		{{"boot\nroot@r:/# ", "owrun-begin\r\na b\r\n\r\nowrun-end-0\r\n# ", true, 0},
			"a b|", 0},
		{{"# ", "owrun-begin\nx\ny\nowrun-end-7\n", true, 0}, "x|y|", 7},
		{{"# \033[6n", "owrun-begin\n\nowrun-end-0\n", true, 0}, "", 0},
		{{"# ", "noise\nowrun-begin\n\n\na\n\n\nowrun-end-255\n", true, 0}, "||a||", 255},
		{{"# ", "owrun-begin\nowrun-end-x\nowrun-end-256\nowrun-end-1\n", true, 0},
			"owrun-end-x|owrun-end-256|", 1},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *error = NULL;
		int status = -1;

		assert_int_equal(run(&cases[i].guest, words, &status, &error), 0);
		assert_string_equal(printed, cases[i].printed);
		assert_int_equal(status, cases[i].status);
	}
}

static void test_a_guest_without_a_shell(void **state)
{
	static const struct {
		struct guest guest;
		int error;
		const char *part;
	} cases[] = {
		{{"router login: ", "", true, 0}, -EACCES, "asks for a login"},
		{{"$ ", "", true, 1000}, -ETIMEDOUT, "no shell on the guest's console after 1 s"},
		{{"# ", "owrun-begin\nx\n", false, 0}, -EPIPE, "has ended before the command"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *error = NULL;
		int status = -1;

		assert_int_equal(run(&cases[i].guest, words, &status, &error), cases[i].error);
		assert_non_null(strstr(error, cases[i].part));
		free(error);
	}
}

static void test_a_command_that_cannot_be_typed(void **state)
{
	char *longer = malloc(DIALOG_TYPED_MAX + 1);
	char *const too_long[] = {longer, NULL};
	char *const two_lines[] = {(char[]){"a\n"}, NULL};
	const struct guest guest = {"# ", "", false, 0};
	char *error = NULL;
	int status = -1;

	(void)state;
	assert_non_null(longer);
	memset(longer, 'x', DIALOG_TYPED_MAX);
	longer[DIALOG_TYPED_MAX] = '\0';
	assert_int_equal(run(&guest, too_long, &status, &error), -E2BIG);
	assert_int_equal(run(&guest, two_lines, &status, &error), -E2BIG);
	free(error);
	free(longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_command_prints_and_its_status),
		cmocka_unit_test(test_a_guest_without_a_shell),
		cmocka_unit_test(test_a_command_that_cannot_be_typed),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
