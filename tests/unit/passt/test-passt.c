/* SPDX-License-Identifier: MIT
 * Tests of launcher/passt/passt.c: what is seen of a guest behind a passt, and one that fails. */
#include "launcher/passt/passt.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/process.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* What the other end does with a connection that was accepted, as passt does it for the guest. */
enum manner {
	SPEAKS,	    /* a service that says something first */
	WAITS,	    /* one that waits for its client, and goes with it */
	REFUSED,    /* nobody listens */
	UNANSWERED, /* the guest is not up */
};

static void serve(int listener, enum manner manner)
{
	int fd = accept(listener, NULL, NULL);
	char byte = 0;

	if (fd < 0)
		_exit(1);
	switch (manner) {
	case SPEAKS:
		(void)!write(fd, "hello", 5);
		pause();
		break;
	case WAITS:
		(void)!read(fd, &byte, 1);
		break;
	case REFUSED:
		break;
	case UNANSWERED:
		pause();
		break;
	}
	_exit(0);
}

static bool sees(enum manner manner)
{
	static const int limits[] = {
		[SPEAKS] = 20000, [WAITS] = 4000, [REFUSED] = 20000, [UNANSWERED] = 500};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct forward forward = {.address = "127.0.0.1"};
	pid_t pid = 0;
	bool open = false;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	forward.host = ntohs(address.sin_port);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		serve(listener, manner);
	/* Half of it is a child's to wait for a processor. */
	open = passt_is_open(&forward, limits[manner]);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(listener);
	return open;
}

static void test_is_open(void **state)
{
	(void)state;
	assert_true(sees(SPEAKS));
	assert_true(sees(WAITS));
	assert_false(sees(REFUSED));
	assert_false(sees(UNANSWERED));
}

static void make_program(const char *text)
{
	int fd = open("passt", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int start(struct runtime_holder *ret_process, int *ret_socket, char **reterr_text)
{
	static char directory[] = ".";
	struct nic nic = {.kind = NIC_PASST};
	struct runtime runtime = {.directory = directory,
		.directory_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	const struct passt_setup setup = {
		.plan = {.program = "./passt", .directory = ".", .id = "nic0", .nic = &nic},
		.runtime = &runtime,
		.signals = -1,
	};
	int r = passt_start(&setup, ret_socket, ret_process, reterr_text);

	close(runtime.directory_fd);
	return r;
}

static void check_refused(const char *program, const char *sentence)
{
	struct runtime_holder process = {0};
	char *error = NULL;
	int fd = -1;

	make_program(program);
	assert_true(start(&process, &fd, &error) < 0);
	assert_int_equal(fd, -1);
	assert_string_equal(error, sentence);
	free(error);
}

static void test_start_that_fails(void **state)
{
	(void)state;
	check_refused("#!/bin/sh\necho the reason >&2; exit 1\n", "'./passt' failed: the reason");
	check_refused("#!/bin/sh\n", "'./passt-nic0.pid' does not tell which process passt is");
	check_refused("#!/bin/sh\necho -1 >passt-nic0.pid\n",
		"'./passt-nic0.pid' does not tell which process passt is");
}

/* It notes its pid, goes to its background, and ends when the socket's other end is closed. */
static void test_start(void **state)
{
	struct runtime_holder process = {0};
	char *error = NULL, text[8] = "";
	int fd = -1;

	(void)state;
	make_program(
		"#!/bin/sh\n"
		"(echo hello >&3; exec cat <&3) >/dev/null 2>&1 &\n"
		"umask 077; echo $! >passt-nic0.pid\n");
	assert_int_equal(start(&process, &fd, &error), 0);
	assert_true(process_is_there(process.pid, process.start));
	assert_int_equal(read(fd, text, sizeof(text)), 6);
	close(fd);
	passt_await_end(&process);
	assert_false(process_is_there(process.pid, process.start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_open),
		cmocka_unit_test_setup_teardown(
			test_start_that_fails, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_start, scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests_name("passt", tests, NULL, NULL);
}
