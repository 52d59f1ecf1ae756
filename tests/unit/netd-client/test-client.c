/* SPDX-License-Identifier: MIT
 * Tests of launcher/netd-client/client.c and launcher/netd-client/helper.c against a false netd,
 * behind a socket and as a helper, which is this program itself, started with --fd. */
#include "launcher/netd-client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/netd-client/unit-netd.h"
#include "tests/unit/unit.h"

#define SOCKET "sock" /* in a scratch directory, which the tests are in */
#define TIMEOUT 1000  /* ms */
#define MODE "OWVM_FAKE_NETD"

/* What the fake netd answers, and what netd_client_ask() makes of it. */
static const struct answer {
	const char *name;
	int result;
	const char *sentence; /* a part of it; of the reply's text where the result is 0 */
} answers[] = {
	{"grant", 0, "a remark\a"},
	{"refuse", 0, "no rule \033[31m\nfor you"},
	{"unread", 0, "cannot read that"},
	{"unheard", 0, "no rule \033[31m\nfor you"},
	{"end", 0, ""},
	{"close", -EPIPE, "ended the connection without an answer"},
	{"early", -EPIPE, "ended the connection without an answer"},
	{"short", -EPROTO, "not one of owvm-netd's protocol version 1"},
	{"long", -EPROTO, "not one of owvm-netd's protocol"},
	{"magic", -EPROTO, "not one of owvm-netd's protocol"},
	{"operation", -EPROTO, "not one of owvm-netd's protocol"},
	{"bridge", -EPROTO, "not one of owvm-netd's protocol"},
	{"no-fd", -EPROTO, "not one of owvm-netd's protocol"},
	{"two-fds", -EPROTO, "not one of owvm-netd's protocol"},
	{"fd-with-refusal", -EPROTO, "not one of owvm-netd's protocol"},
	{"vhost", -EPROTO, "not one of owvm-netd's protocol"},
};

/* A child that serves one connection at SOCKET. */
static pid_t start_service(const char *mode)
{
	int fd = netd_listen(SOCKET);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		alarm(20);
		netd_serve(mode, connection);
		_exit(0);
	}
	close(fd);
	return pid;
}

static void end_service(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(SOCKET), 0);
}

static const struct netd_client service = {.socket = SOCKET, .timeout_ms = TIMEOUT};
static const struct netd_client helper = {
	.socket = SOCKET, .helper = "/proc/self/exe", .timeout_ms = TIMEOUT};

/* Ask for a tap, and check what comes of it. No fd may be left. */
static void check_answer(const struct netd_client *client, const struct answer *answer)
{
	const struct wire_request request = {
		.operation = WIRE_TAP, .tap = {.bridge = "br0", .queues = 1, .label = "vm"}};
	struct wire_reply reply = {0};
	unsigned int fds = unit_count_fds();
	char *error = NULL;
	struct netd_fds got = {0};
	int r = netd_client_ask(client, &request, &reply, &got, &error);
	const char *text = r == 0 ? reply.text : error;

	if (r != answer->result || strstr(text, answer->sentence) == NULL)
		fail_msg("%s: %d, %s", answer->name, r, text);
	assert_int_equal(got.taps, strcmp(answer->name, "grant") == 0 ? 1 : 0);
	assert_int_equal(got.vhosts, 0);
	if (got.taps > 0)
		assert_int_equal(fcntl(got.fds[0], F_GETFD), FD_CLOEXEC);
	netd_fds_close(&got);
	assert_int_equal(unit_count_fds(), fds);
	free(error);
}

static void test_service(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
		pid_t pid = start_service(answers[i].name);

		check_answer(&service, &answers[i]);
		end_service(pid);
	}
}

static void test_helper(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
		assert_int_equal(setenv(MODE, answers[i].name, 1), 0);
		check_answer(&helper, &answers[i]);
		/* It was waited for. */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
}

/* Three queues are asked for. */
static void test_queues(void **state)
{
	static const struct {
		const char *mode;
		bool vhost;
		int result;
		size_t taps, vhosts;
	} cases[] = {
		{"three", false, 0, 3, 0},
		{"three", true, 0, 3, 0}, /* the host has no vhost-net */
		{"three-vhosts", true, 0, 3, 3},
		{"three-vhosts", false, -EPROTO, 0, 0},
		{"three-and-two", true, -EPROTO, 0, 0},
		{"grant", false, -EPROTO, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct wire_request request = {.operation = WIRE_TAP,
			.tap = {.bridge = "br0",
				.queues = 3,
				.flags = cases[i].vhost ? WIRE_WITH_VHOST : 0}};
		unsigned int fds = unit_count_fds();
		pid_t pid = start_service(cases[i].mode);
		struct wire_reply reply = {0};
		struct netd_fds got = {0};
		char *error = NULL;

		assert_int_equal(
			netd_client_ask(&service, &request, &reply, &got, &error), cases[i].result);
		assert_int_equal(got.taps, cases[i].taps);
		assert_int_equal(got.vhosts, cases[i].vhosts);
		assert_int_equal(unit_count_fds(), fds + got.taps + got.vhosts);
		netd_fds_close(&got);
		assert_int_equal(unit_count_fds(), fds);
		free(error);
		end_service(pid);
	}
}

static void test_hanging(void **state)
{
	static const struct answer hangs = {"hang", -ETIMEDOUT, "did not answer within 1 s"};
	pid_t pid = start_service("hang");

	(void)state;
	check_answer(&service, &hangs);
	end_service(pid);
	assert_int_equal(setenv(MODE, "hang", 1), 0);
	check_answer(&helper, &hangs);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_nobody_there(void **state)
{
	static const struct answer missing = {"missing", -ENOENT, "'sock' does not exist"};
	static const struct answer refused = {"refused", -ECONNREFUSED, "nobody listens on 'sock'"};

	(void)state;
	assert_int_equal(netd_client_find(&service), NETD_NONE);
	check_answer(&service, &missing);
	close(netd_listen(SOCKET));
	assert_int_equal(netd_client_find(&service), NETD_NONE);
	check_answer(&service, &refused);
	assert_int_equal(unlink(SOCKET), 0);
}

/* As an ordinary user, whom the mode keeps out. */
static void test_no_access(void **state)
{
	static const struct answer locked = {"locked", -EACCES, "group 'owvm'"};
	static const struct netd_client plain_file = {
		.socket = SOCKET, .helper = "./helper", .timeout_ms = TIMEOUT};
	uid_t before = geteuid();
	int fd = -1, file = -1;

	(void)state;
	file = open("helper", O_WRONLY | O_CREAT | O_CLOEXEC, 0);
	assert_true(file >= 0);
	close(file);
	fd = netd_listen(SOCKET);
	assert_int_equal(chmod(SOCKET, 0), 0);
	if (before == 0)
		assert_int_equal(setresuid(12345, 12345, 0), 0);
	check_answer(&service, &locked);
	if (before == 0)
		assert_int_equal(setresuid(0, 0, 0), 0);
	close(fd);
	assert_int_equal(unlink(SOCKET), 0);
	if (before == 0)
		assert_int_equal(setresuid(12345, 12345, 0), 0);
	check_answer(&plain_file, &locked);
	if (before == 0)
		assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(unlink("helper"), 0);
}

/* Started as `--fd 3`. */
static int be_helper(const char *number)
{
	const char *mode = getenv(MODE);
	bool others = fcntl(4, F_GETFD) >= 0 || fcntl(5, F_GETFD) >= 0;

	if (mode == NULL || strcmp(number, "3") != 0 || others)
		return 1;
	netd_serve(mode, 3);
	return 0;
}

static int set_up(void **state)
{
	static char path[] = "/tmp/owvm-test-client-XXXXXX";

	*state = mkdtemp(path);
	if (*state == NULL || chmod(path, 0755) < 0)
		return -1;
	return chdir(path);
}

static int tear_down(void **state)
{
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_helper),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_hanging),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_no_access),
	};

	if (argc == 3 && strcmp(argv[1], "--fd") == 0)
		return be_helper(argv[2]);
	return cmocka_run_group_tests_name("client", tests, set_up, tear_down);
}
