/* SPDX-License-Identifier: MIT
 * Tests of launcher/netd-client/client.c: whether there is a service, a helper or neither. The
 * helper is this program itself, started with --fd. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher/base/socket.h"
#include "launcher/netd-client/client.h"
#include "tests/unit/netd-client/unit-netd.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define SOCKET "sock"
#define TIMEOUT 1000  /* ms */
#define BACKLOG_MAX 8 /* more than the listener here has */

static const struct netd_client service = {.socket = SOCKET, .timeout_ms = TIMEOUT};
static const struct netd_client helper = {
	.socket = SOCKET, .helper = "/proc/self/exe", .timeout_ms = TIMEOUT};

static void test_find(void **state)
{
	const struct netd_client no_helper = {.socket = SOCKET, .helper = "/nonexistent/owvm-netd"};

	(void)state;
	assert_int_equal(netd_client_find(&no_helper), NETD_NONE);
	assert_int_equal(netd_client_find(&helper), NETD_HELPER);
	/* One that nobody listens on counts as none. */
	close(netd_listen(SOCKET));
	assert_int_equal(netd_client_find(&helper), NETD_HELPER);
	assert_int_equal(unlink(SOCKET), 0);
}

/* A listener that takes no more connections wins: nobody gets past it to the helper. */
static void test_find_busy(void **state)
{
	int fd = netd_listen(SOCKET), waiting[BACKLOG_MAX];
	const struct wire_request ports = {.operation = WIRE_PORTS};
	struct wire_reply reply = {0};
	struct netd_fds fds = {0};
	char *error = NULL;
	size_t n = 0;

	(void)state;
	while (n < UNIT_COUNT(waiting) &&
		(waiting[n] = socket_connect(SOCKET, SOCK_SEQPACKET | SOCK_NONBLOCK, 0)) >= 0)
		n++;
	assert_true(n < UNIT_COUNT(waiting) && waiting[n] == -EAGAIN);
	assert_int_equal(netd_client_find(&helper), NETD_SERVICE);
	assert_int_equal(netd_client_ask(&helper, &ports, &reply, &fds, &error), -ETIMEDOUT);
	free(error);
	netd_client_sweep(&helper);
	assert_int_equal(access("touched", F_OK), -1);
	while (n > 0)
		close(waiting[--n]);
	close(fd);
	assert_int_equal(unlink(SOCKET), 0);
}

/* The sweep asks the helper, and never a service: that is looked for where there is a helper. */
static void test_sweep(void **state)
{
	int fd = -1, connection = -1;
	char byte = 0;

	(void)state;
	netd_client_sweep(&helper);
	assert_int_equal(unlink("touched"), 0);
	fd = netd_listen(SOCKET);
	netd_client_sweep(&helper);
	assert_int_equal(access("touched", F_OK), -1);
	connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	assert_int_equal(recv(connection, &byte, sizeof(byte), 0), 0);
	close(connection);
	netd_client_sweep(&service);
	assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
	close(fd);
	assert_int_equal(unlink(SOCKET), 0);
	netd_client_sweep(&service);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_busy),
		cmocka_unit_test(test_sweep),
	};

	if (argc == 3 && strcmp(argv[1], "--fd") == 0)
		return open("touched", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0;
	return cmocka_run_group_tests_name("find", tests, scratch_set_up, scratch_tear_down_empty);
}
