/* SPDX-License-Identifier: MIT
 * Tests of launcher/chroot/filter.c: system calls that are refused, and those that are not. */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/chroot/private.h"
#include "tests/unit/unit.h"

/* Run a check in a child behind the filter, which cannot be taken off again. */
static void expect(bool mounts, bool (*check)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int r = chroot_refuse_calls(mounts);

		_exit(r == 0 && check() ? 0 : r == -EOPNOTSUPP ? 2 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool fails(long r, int error)
{
	return r == -1 && errno == error;
}

static bool refuses_namespaces(void)
{
	return fails(unshare(CLONE_NEWUSER), EPERM) && fails(unshare(CLONE_FILES), EPERM) &&
	       fails(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL), EPERM) &&
	       fails(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL), EPERM) &&
	       fails(syscall(SYS_clone3, NULL, 0), ENOSYS) && fails(setns(STDIN_FILENO, 0), EPERM);
}

static bool refuses_mounts(void)
{
	return fails(mount("x", "/", "tmpfs", 0, NULL), EPERM) &&
	       fails(umount2("/nowhere", MNT_DETACH), EPERM) &&
	       fails(syscall(SYS_open_tree, AT_FDCWD, "/", 0), EPERM) &&
	       fails(syscall(SYS_pivot_root, ".", "."), EPERM);
}

static bool leaves_mounts(void)
{
	return !fails(umount2("/nowhere", MNT_DETACH), EPERM) &&
	       fails(unshare(CLONE_NEWUSER), EPERM);
}

/* The kernel takes 32 bits of the request, whatever is beside them. */
static bool refuses_typing(void)
{
	return fails(ioctl(-1, TIOCSTI, "x"), EPERM) && fails(ioctl(-1, TIOCLINUX, "x"), EPERM) &&
	       fails(syscall(SYS_ioctl, -1, TIOCSTI | (1UL << 32), "x"), EPERM) &&
	       fails(ioctl(-1, TIOCGWINSZ, NULL), EBADF);
}

static bool refuses_sockets(void)
{
	return fails(socket(AF_ALG, SOCK_SEQPACKET, 0), EAFNOSUPPORT) &&
	       fails(socket(AF_PACKET, SOCK_RAW, 0), EAFNOSUPPORT) &&
	       fails(socket(AF_VSOCK, SOCK_STREAM, 0), EAFNOSUPPORT) &&
	       fails(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), EAFNOSUPPORT) &&
	       socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0 &&
	       socket(AF_UNIX, SOCK_STREAM, 0) >= 0 && socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static bool refuses_others(void)
{
	return fails(ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM) &&
	       fails(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0), EPERM) &&
	       fails(syscall(SYS_bpf, 0, NULL, 0), EPERM) &&
	       fails(syscall(SYS_io_uring_setup, 1, NULL), ENOSYS);
}

static void test_what_a_command_does_not_get(void **state)
{
	static bool (*const checks[])(void) = {refuses_namespaces, refuses_mounts, refuses_typing,
		refuses_sockets, refuses_others};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(checks); i++)
		expect(false, checks[i]);
}

static void test_what_serves_the_image_mounts(void **state)
{
	(void)state;
	expect(true, leaves_mounts);
	expect(true, refuses_typing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_command_does_not_get),
		cmocka_unit_test(test_what_serves_the_image_mounts),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
