/* SPDX-License-Identifier: MIT
 * Tests of launcher/bridge-helper/port.c: the request to a false netd, what a refusal says, and the
 * one message that QEMU waits for. */
#include "launcher/bridge-helper/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "tests/unit/netd-client/unit-netd.h"
#include "tests/unit/unit.h"

#define SOCKET "sock"

static const struct netd_client client = {.socket = SOCKET, .timeout_ms = 5000};

/* Open the port against a netd in that mode; NULL: there is none. No fd may be left. */
static int open_port(const char *mode, const struct bridge_arguments *arguments, char **error)
{
	unsigned int fds = unit_count_fds();
	int fd = mode == NULL ? -1 : netd_listen(SOCKET), tap = -1, r = 0;
	pid_t pid = mode == NULL ? 0 : fork();

	assert_true(pid >= 0);
	if (mode != NULL && pid == 0) {
		netd_serve(mode, accept4(fd, NULL, NULL, SOCK_CLOEXEC));
		_exit(0);
	}
	r = bridge_port_open(&client, arguments, &tap, error);
	assert_int_equal(tap >= 0, r == 0);
	if (tap >= 0)
		close(tap);
	if (mode != NULL) {
		close(fd);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(unlink(SOCKET), 0);
	}
	assert_int_equal(unit_count_fds(), fds);
	return r;
}

static void test_open(void **state)
{
	static const struct bridge_arguments arguments = {.bridge = "br0", .label = ""};
	char *error = NULL;

	(void)state;
	assert_int_equal(open_port("grant", &arguments, &error), 0);
	assert_null(error);
}

/* Only who declared no address is told how to. */
static void test_open_fails(void **state)
{
	static const struct {
		const char *mode, *sentence;
		bool with_mac;
		int result;
	} cases[] = {
		{"refuse", "bridge 'br0' refused: no rule \033[31m\nfor you", false, -EPERM},
		{"end", "bridge 'br0' refused: end of list", false, -EPERM},
		{"mac",
			"bridge 'br0' refused: none was declared; declare one with "
			"helper=\"owvm-bridge-helper --mac=MAC\" and the same mac=MAC for the guest's device",
			false, -EPERM},
		{"mac", "bridge 'br0' refused: none was declared", true, -EPERM},
		{"close",
			"bridge 'br0': owvm-netd ended the connection without an answer; its messages tell why",
			false, -EPIPE},
		{"bridge",
			"bridge 'br0': the answer is not one of owvm-netd's protocol version 1: this "
			"program and owvm-netd are not of one version",
			false, -EPROTO},
		{NULL, "bridge 'br0': owvm-netd is not there: 'sock' does not exist; the administrator can install and start it",
			false, -ENOENT},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct bridge_arguments arguments = {
			.bridge = "br0", .label = "", .with_mac = cases[i].with_mac};
		char *error = NULL;

		assert_int_equal(open_port(cases[i].mode, &arguments, &error), cases[i].result);
		assert_string_equal(error, cases[i].sentence);
		free(error);
	}
}

/* In a child: receive one request and give it, decoded, to the parent. */
static void report_request(int listener, int report)
{
	int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	uint8_t data[WIRE_REQUEST_SIZE + 1] = {0};
	struct wire_request request = {0};
	size_t n = 0;
	int r = fdpass_receive(socket, data, sizeof(data), NULL, 0, &n);

	if (r < 0 || wire_decode_request(data, (size_t)r, &request) != CODE_OK)
		_exit(1);
	_exit(write(report, &request, sizeof(request)) == (ssize_t)sizeof(request) ? 0 : 1);
}

static void ask(const struct bridge_arguments *arguments, struct wire_request *ret_request)
{
	int listener = netd_listen(SOCKET), tap = -1, report[2] = {-1, -1};
	char *error = NULL;
	pid_t pid = 0;

	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		report_request(listener, report[1]);
	close(report[1]);
	close(listener);
	assert_int_equal(bridge_port_open(&client, arguments, &tap, &error), -EPIPE);
	free(error);
	assert_int_equal(read(report[0], ret_request, sizeof(*ret_request)), sizeof(*ret_request));
	close(report[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(SOCKET), 0);
}

static void test_request(void **state)
{
	static const struct bridge_arguments plain = {.bridge = "0123456789abcde", .label = ""};
	static const struct bridge_arguments full = {
		.bridge = "br0", .label = "router", .with_mac = true, .mac = {2, 0, 0, 3, 0xe8, 1}};
	static const uint8_t none[MAC_SIZE] = {0};
	struct wire_request request = {0};

	(void)state;
	ask(&plain, &request);
	assert_int_equal(request.operation, WIRE_TAP);
	assert_int_equal(request.tap.flags, 0);
	assert_int_equal(request.tap.queues, 1);
	assert_string_equal(request.tap.bridge, "0123456789abcde");
	assert_string_equal(request.tap.label, "");
	assert_memory_equal(request.tap.mac, none, MAC_SIZE);
	ask(&full, &request);
	assert_int_equal(request.tap.flags, WIRE_WITH_MAC);
	assert_int_equal(request.tap.queues, 1);
	assert_string_equal(request.tap.bridge, "br0");
	assert_string_equal(request.tap.label, "router");
	assert_memory_equal(request.tap.mac, full.mac, MAC_SIZE);
}

/* QEMU reads one byte, takes the fd, and sees the end of the stream. */
static void test_pass(void **state)
{
	int pair[2] = {-1, -1}, tap = open("/dev/zero", O_RDONLY | O_CLOEXEC), passed = -1;
	char *error = NULL, data[2] = {'x', 'x'};
	size_t n = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(bridge_port_check(pair[1], &error), 0);
	assert_int_equal(bridge_port_pass(pair[1], tap, &error), 0);
	close(pair[1]);
	close(tap);
	assert_int_equal(fdpass_receive(pair[0], data, sizeof(data), &passed, 1, &n), 1);
	assert_int_equal(n, 1);
	assert_int_equal(data[0], 0);
	assert_int_equal(read(passed, data, 1), 1);
	close(passed);
	assert_int_equal(fdpass_receive(pair[0], data, sizeof(data), &passed, 1, &n), 0);
	close(pair[0]);
}

/* No signal, although nobody reads any more. */
static void test_pass_fails(void **state)
{
	int pair[2] = {-1, -1};
	char *error = NULL;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	close(pair[0]);
	assert_int_equal(bridge_port_pass(pair[1], STDIN_FILENO, &error), -EPIPE);
	assert_non_null(strstr(error, "cannot hand the tap over fd "));
	close(pair[1]);
	free(error);
}

static void check_fd(int fd, int result, const char *sentence)
{
	char *error = NULL;

	assert_int_equal(bridge_port_check(fd, &error), result);
	if (strstr(error, sentence) == NULL)
		fail_msg("%s: not '%s'", error, sentence);
	free(error);
}

static void test_check(void **state)
{
	int pair[2] = {-1, -1}, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int internet = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int alone = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	check_fd(pair[0], -ENOTSOCK, "is no Unix stream socket");
	check_fd(null, -ENOTSOCK, "QEMU passes a socket when it runs this program");
	check_fd(alone, -ENOTCONN, "QEMU passes a socket");
	check_fd(internet, -ENOTCONN, "QEMU passes a socket");
	check_fd(9999, -EBADF, "'--fd=9999': Bad file descriptor; QEMU passes a socket");
	close(pair[0]);
	close(pair[1]);
	close(null);
	close(internet);
	close(alone);
}

static int set_up(void **state)
{
	static char path[] = "/tmp/owvm-test-bridge-port-XXXXXX";

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
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_fails),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_pass_fails),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests_name("bridge-port", tests, set_up, tear_down);
}
