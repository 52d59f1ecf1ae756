/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/forward.c against listeners of this process. */
#include "launcher/doctor/forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define TIMEOUT 500 /* ms */
#define TRIES 200

static const struct {
	uint16_t guest;
	const char *answer; /* NULL: close at once; "": say nothing */
	bool asked;	    /* is there a request before the answer? */
	enum doctor_forward result;
	const char *seen;
} cases[] = {
	{22, "SSH-2.0-x\r\nmore", false, DOCTOR_FORWARD_ANSWERS, "SSH-2.0-x"},
	{80, "HTTP/1.0 200 OK\r\n\r\n", true, DOCTOR_FORWARD_ANSWERS, "HTTP/1.0 200 OK"},
	{8080, "HTTP/1.1 400\n", true, DOCTOR_FORWARD_ANSWERS, "HTTP/1.1 400"},
	{22, "\033]0;x\a", false, DOCTOR_FORWARD_ANSWERS, "\033]0;x\a"},
	{22, NULL, false, DOCTOR_FORWARD_CLOSED, ""},
	{80, NULL, true, DOCTOR_FORWARD_CLOSED, ""},
	{22, "", false, DOCTOR_FORWARD_SILENT, ""},
	{443, "", false, DOCTOR_FORWARD_SILENT, ""},
};

/* A listener on a free port of 127.0.0.1. */
static int listen_here(uint16_t *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* In a process of its own: one connection. The exit status tells whether a request came. */
static void serve(int listener, const char *answer, bool asked)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char request[64] = "";
	bool came = false;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&wait, 1, asked ? 5000 : 50) == 1)
		came = recv(fd, request, sizeof(request) - 1, 0) > 0 &&
		       strncmp(request, "HEAD / ", 7) == 0;
	if (answer != NULL && answer[0] != '\0')
		(void)!write(fd, answer, strlen(answer));
	if (answer != NULL && answer[0] == '\0')
		poll(&wait, 1, 4 * TIMEOUT); /* until the other side closes */
	_exit(came == asked ? 0 : 1);
}

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward forward = {.address = "127.0.0.1", .guest = cases[i].guest};
		char seen[DOCTOR_FORWARD_SEEN] = "x";
		int listener = listen_here(&forward.host), error = -1, status = -1;
		pid_t pid = fork();

		if (pid == 0)
			serve(listener, cases[i].answer, cases[i].asked);
		close(listener);
		assert_int_equal(
			doctor_forward_try(&forward, NULL, TIMEOUT, seen, &error), cases[i].result);
		assert_string_equal(seen, cases[i].seen);
		assert_int_equal(error, 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* In a process of its own: each connection is ended as soon as it is there. */
static void reset_all(int listener)
{
	const struct linger now = {.l_onoff = 1};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(fd);
	}
}

/* What has accepted is not one that refuses, however early the end comes. */
static void test_reset_at_once(void **state)
{
	struct forward forward = {.address = "127.0.0.1", .guest = 22};
	char seen[DOCTOR_FORWARD_SEEN] = "";
	int listener = listen_here(&forward.host), error = 0, early = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		reset_all(listener);
	close(listener);
	for (int i = 0; i < TRIES; i++) {
		assert_int_equal(doctor_forward_try(&forward, NULL, TIMEOUT, seen, &error),
			DOCTOR_FORWARD_CLOSED);
		early += error != 0;
	}
	assert_true(early > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_nobody_listens(void **state)
{
	struct forward forward = {.address = "0.0.0.0", .guest = 22};
	char seen[DOCTOR_FORWARD_SEEN] = "x";
	int error = 0;

	(void)state;
	close(listen_here(&forward.host));
	assert_int_equal(
		doctor_forward_try(&forward, NULL, TIMEOUT, seen, &error), DOCTOR_FORWARD_REFUSED);
	assert_int_equal(error, ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_reset_at_once),
		cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests_name("doctor-forward", tests, NULL, NULL);
}
