/* SPDX-License-Identifier: MIT
 * Tests of launcher/qemu/qmp.c against a QEMU that says what it should not. */
#include "launcher/qemu/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/deadline.h"
#include "launcher/base/socket.h"
#include "tests/unit/unit-scratch.h"
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

/* A VM in the scratch directory, whose process is this one. */
static struct runtime here = RUNTIME_NONE;

static int set_up(void **state)
{
	if (scratch_set_up(state) < 0)
		return -1;
	here.directory_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	runtime_holder_of(getpid(), "/proc/self/exe", &here.holder);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return here.directory_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	runtime_close(&here);
	return scratch_tear_down_empty(state);
}

static int listen_here(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = RUNTIME_QMP};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void test_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		int fd = listen_here(), r = 0;
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
		r = qmp_command(&here, "query-status", TIMEOUT);
		if (r != cases[i].result)
			fail_msg("case %zu: %d", i, r);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(unlink(RUNTIME_QMP), 0);
	}
}

static void test_query(void **state)
{
	struct qmp qmp = {.socket = -1};
	json_t *value = NULL;
	int fd = listen_here();
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
	assert_int_equal(qmp_connect(&here, 5000, &qmp), 0);
	assert_int_equal(qmp_query(&qmp, "query-status", 5000, &value), 0);
	assert_string_equal(json_string_value(json_object_get(value, "status")), "paused");
	json_decref(value);
	value = NULL;
	assert_int_equal(qmp_query(&qmp, "query-status", 5000, &value), -EREMOTEIO);
	assert_null(value);
	qmp_close(&qmp);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
}

/* A line that does not end is not read for ever. */
static void test_long_line(void **state)
{
	int fd = listen_here();
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
	assert_int_equal(qmp_command(&here, "stop", 5000), -EMSGSIZE);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
}

/* Events without end after `first`, in small writes and in large ones. */
__attribute__((noreturn)) static void flood(int connection, const char *first)
{
	char data[64 * (sizeof(EVENT) - 1) + 1] = "";

	for (size_t i = 0; i < 64; i++)
		memcpy(data + i * (sizeof(EVENT) - 1), EVENT, sizeof(EVENT) - 1);
	(void)!write(connection, first, strlen(first));
	for (;;)
		if (write(connection, data, strlen(data)) < 0)
			_exit(0);
}

/* A QEMU that does not stop talking is not listened to for longer than a mute one. */
static void test_flood(void **state)
{
	static const char *const firsts[] = {"", GREETING, GREETING DONE};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(firsts); i++) {
		int64_t start = deadline_now();
		int fd = listen_here();
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			alarm(20);
			flood(accept4(fd, NULL, NULL, SOCK_CLOEXEC), firsts[i]);
		}
		close(fd);
		assert_int_equal(qmp_command(&here, "quit", TIMEOUT), -ETIMEDOUT);
		assert_true(deadline_now() - start < 10 * TIMEOUT);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(unlink(RUNTIME_QMP), 0);
	}
}

/* More than the buffer holds is read when it is in lines that do not end where the buffer does. */
static void test_many_events(void **state)
{
	int fd = listen_here();
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		alarm(20);
		say(connection, GREETING);
		hear(connection);
		for (size_t i = 0; i < 3 * QMP_LINE_MAX / (sizeof(EVENT) - 1); i++)
			say(connection, EVENT);
		say(connection, DONE);
		hear(connection);
		say(connection, DONE);
		pause();
	}
	close(fd);
	assert_int_equal(qmp_command(&here, "stop", 15000), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
}

/* Where the queue for the socket is full, one stands in line as long as one may. */
static void test_full_queue(void **state)
{
	int fd = listen_here(), waiting[2] = {-1, -1};
	int64_t start = deadline_now();

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(waiting); i++)
		waiting[i] = socket_connect(RUNTIME_QMP, SOCK_STREAM, 0);
	assert_int_equal(qmp_command(&here, "stop", TIMEOUT), -ETIMEDOUT);
	assert_true(deadline_now() - start >= TIMEOUT);
	for (size_t i = 0; i < UNIT_COUNT(waiting); i++)
		close(waiting[i]);
	close(fd);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
}

static void test_nobody(void **state)
{
	(void)state;
	assert_int_equal(qmp_command(&here, "stop", TIMEOUT), -ENOENT);
	close(listen_here());
	assert_int_equal(qmp_command(&here, "stop", TIMEOUT), -ECONNREFUSED);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_many_events),
		cmocka_unit_test(test_full_queue),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests_name("qmp", tests, set_up, tear_down);
}
