/* SPDX-License-Identifier: MIT
 * Tests of launcher/sandbox/pty.c, and of what sandbox.c lists for it. */
#include "launcher/sandbox/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/sandbox/sandbox.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* All of the user's terminals are no part of what is needed. */
static void test_paths(void **state)
{
	const struct plan_facts facts = {.qemu = "/proc/self/exe", .directory = "run"};
	struct vm vm = {.name = "vm", .n_serials = 2, .has_monitor = true};
	struct sandbox sandbox = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(mkdir("run", 0700), 0);
	vm.serials[0].kind = vm.serials[1].kind = vm.monitor.kind = SERIAL_PTY;
	assert_int_equal(sandbox_make(&vm, &facts, &sandbox, &error), 0);
	assert_int_equal(sandbox.n_ptys, 3);
	assert_int_equal(sandbox.n, sandbox.n_needed + 1);
	assert_string_equal(sandbox.paths[sandbox.n_needed].path, "/dev/pts");
	sandbox_free(&sandbox);
	vm.n_serials = 0;
	vm.has_monitor = false;
	assert_int_equal(sandbox_make(&vm, &facts, &sandbox, &error), 0);
	assert_int_equal(sandbox.n_ptys, 0);
	assert_int_equal(sandbox.n, sandbox.n_needed);
	sandbox_free(&sandbox);
}

/* As QEMU. Returns an exit status: 77 where another filter is in the place of ours. */
static int make_ptys(int socket, int n)
{
	int ours = -1, theirs = -1;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || sandbox_pty_offer(socket) < 0)
		return 77;
	for (int i = 0; i < n; i++)
		if (openpty(&ours, &theirs, NULL, NULL, NULL) < 0 || !isatty(theirs))
			return 1;
	return 0;
}

/* Serve a child that makes n ptys; returns its exit status. */
static int serve(int n, bool offers)
{
	int pair[2] = {-1, -1}, status = 0, pidfd = -1, r = 0;
	pid_t pid = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		_exit(offers ? make_ptys(pair[1], n) : 0);
	}
	close(pair[1]);
	pidfd = pidfd_open(pid, 0);
	r = sandbox_pty_serve(pair[0], pidfd, (size_t)n);
	/* Where the child is gone already nobody knows whether it offered. */
	assert_true(r == 0 || r == -ENODATA);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pair[0]);
	close(pidfd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The number of an ioctl is the lower half of its register. */
static int ask(int fd)
{
	long number = (1L << 32) | TIOCGPTPEER;

	return syscall(SYS_ioctl, fd, number, O_RDWR | O_NOCTTY) < 0 ? -errno : 0;
}

/* As QEMU. Returns an exit status as make_ptys() does. */
static int ask_twice(int socket)
{
	int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || sandbox_pty_offer(socket) < 0)
		return 77;
	if (ours < 0 || unlockpt(ours) < 0)
		return 1;
	return ask(socket) == -ENOTTY && ask(ours) == -ENOSYS ? 0 : 2;
}

/* Of what is no terminal there is no other end; and when owrun serves no more, the call fails. */
static void test_refused(void **state)
{
	int pair[2] = {-1, -1}, status = 0, pidfd = -1;
	pid_t pid = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (pid == 0)
		_exit(ask_twice(pair[1]));
	close(pair[1]);
	pidfd = pidfd_open(pid, 0);
	(void)sandbox_pty_serve(pair[0], pidfd, 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pair[0]);
	close(pidfd);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* As QEMU where somebody listens already: what fails is told as the kernel has it. */
static int offer_second(void)
{
	struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {.len = 1, .filter = &pass};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			&program) < 0)
		return 77;
	return sandbox_pty_offer(-1) == -EBUSY ? 0 : 1;
}

static void test_busy(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(offer_second());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void test_serve(void **state)
{
	int status = serve(3, true);

	(void)state;
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
	assert_int_equal(serve(0, true), 0);
	assert_int_equal(serve(1, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, scratch_set_up, scratch_tear_down),
		cmocka_unit_test(test_serve),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests_name("sandbox-pty", tests, NULL, NULL);
}
