/* SPDX-License-Identifier: MIT
 * Tests of launcher/qmp.c against a QEMU that says what it should not. */
#include "launcher/qmp.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define TIMEOUT 300 /* ms */
#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define DONE "{\"return\": {}}\r\n"
#define EVENT "{\"event\": \"RESUME\", \"timestamp\": {}}\r\n"

static const struct {
	const char *greeting, *capabilities, *answer; /* NULL: nothing, and the end */
	int result;
} cases[] = {
	{GREETING, DONE, DONE, 0},
	{GREETING, EVENT DONE, EVENT EVENT DONE EVENT, 0},
	{GREETING EVENT, DONE, "{\"return\": 1}\n", 0},
	{GREETING, DONE, "{\"error\": {\"class\": \"CommandNotFound\"}}\r\n", -EREMOTEIO},
	{GREETING, "{\"error\": {}}\n", NULL, -EREMOTEIO},
	{NULL, NULL, NULL, -EPIPE},
	{GREETING, NULL, NULL, -EPIPE},
	{GREETING, DONE, NULL, -EPIPE},
	{"hello\n", NULL, NULL, -EPROTO},
	{"\n", NULL, NULL, -EPROTO},
	{GREETING, DONE, "{\"return\":\n", -EPROTO},
	/* Silence. */
	{"", NULL, NULL, -ETIMEDOUT},
	{GREETING, "", NULL, -ETIMEDOUT},
	{GREETING, DONE, "", -ETIMEDOUT},
	{GREETING, DONE, "{\"return\": {}}", -ETIMEDOUT},
};

/* Say it; the empty text is to say nothing and stay. */
static void say(int socket, const char *text)
{
	if (text == NULL)
		_exit(0);
	if (text[0] == '\0' || text[strlen(text) - 1] != '\n') {
		(void)!write(socket, text, strlen(text));
		pause();
	}
	(void)!write(socket, text, strlen(text));
}

static void hear(int socket)
{
	char line[256] = "";

	if (read(socket, line, sizeof(line) - 1) <= 0 || strchr(line, '\n') == NULL)
		_exit(1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void test_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		int fd = listen_at("sock"), r = 0;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

			alarm(20);
			say(connection, cases[i].greeting);
			hear(connection);
			say(connection, cases[i].capabilities);
			hear(connection);
			say(connection, cases[i].answer);
			_exit(0);
		}
		close(fd);
		r = qmp_command("sock", "query-status", TIMEOUT);
		if (r != cases[i].result)
			fail_msg("case %zu: %d", i, r);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(unlink("sock"), 0);
	}
}

static void test_query(void **state)
{
	struct qmp qmp = {.socket = -1};
	json_t *value = NULL;
	int fd = listen_at("sock");
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		alarm(20);
		say(connection, GREETING);
		hear(connection);
		say(connection, DONE);
		hear(connection);
		say(connection, EVENT "{\"return\": {\"status\": \"paused\"}}\n");
		hear(connection);
		say(connection, "{\"return\": 1, \"error\": {}}\n");
		pause();
	}
	close(fd);
	assert_int_equal(qmp_connect("sock", 5000, &qmp), 0);
	assert_int_equal(qmp_query(&qmp, "query-status", 5000, &value), 0);
	assert_string_equal(json_string_value(json_object_get(value, "status")), "paused");
	json_decref(value);
	value = NULL;
	assert_int_equal(qmp_query(&qmp, "query-status", 5000, &value), -EREMOTEIO);
	assert_null(value);
	qmp_close(&qmp);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink("sock"), 0);
}

/* A line that does not end is not read for ever. */
static void test_long_line(void **state)
{
	int fd = listen_at("sock");
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		char data[4096];

		memset(data, ' ', sizeof(data));
		for (int i = 0; i < QMP_LINE_MAX / 4096 + 1; i++)
			(void)!write(connection, data, sizeof(data));
		pause();
	}
	close(fd);
	assert_int_equal(qmp_command("sock", "stop", 5000), -EMSGSIZE);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink("sock"), 0);
}

static void test_nobody(void **state)
{
	char path[200] = "";

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	assert_int_equal(qmp_command("missing", "stop", TIMEOUT), -ENOENT);
	assert_int_equal(qmp_command(path, "stop", TIMEOUT), -ENAMETOOLONG);
	close(listen_at("sock"));
	assert_int_equal(qmp_command("sock", "stop", TIMEOUT), -ECONNREFUSED);
	assert_int_equal(unlink("sock"), 0);
}

static int set_up(void **state)
{
	static char path[] = "/tmp/owvm-test-qmp-XXXXXX";

	*state = mkdtemp(path);
	return *state == NULL ? -1 : chdir(path);
}

static int tear_down(void **state)
{
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests_name("qmp", tests, set_up, tear_down);
}
