/* SPDX-License-Identifier: MIT
 * Tests of launcher/sandbox/calls.c: each call that is refused, and each value of an argument. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/sandbox/private.h"
#include "launcher/sandbox/pty.h"
#include "tests/unit/unit.h"

#define UPPER (1L << 32) /* of a register, where the kernel takes an int */

/* A call with arguments with which the kernel does nothing. */
struct trial {
	const char *name;
	int error;
	long number;
	bool roots; /* the kernel itself refuses it to others, in the same way */
};

#define TRIAL(call, error) \
	{ \
#call, -(error), SYS_##call, false \
	}
#define ROOTS_TRIAL(call, error) \
	{ \
#call, -(error), SYS_##call, true \
	}

static const struct trial trials[] = {
	TRIAL(io_uring_setup, ENOSYS),
	TRIAL(socketpair, EACCES),
	TRIAL(ptrace, EPERM),
	TRIAL(process_vm_readv, EPERM),
	TRIAL(process_vm_writev, EPERM),
	TRIAL(process_madvise, EPERM),
	TRIAL(pidfd_getfd, EPERM),
	TRIAL(kcmp, EPERM),
	TRIAL(move_pages, EPERM),
	TRIAL(migrate_pages, EPERM),
	TRIAL(perf_event_open, EPERM),
	TRIAL(setpriority, EPERM),
	TRIAL(ioprio_set, EPERM),
	TRIAL(sched_setparam, EPERM),
	TRIAL(sched_setscheduler, EPERM),
	TRIAL(sched_setattr, EPERM),
	TRIAL(sched_setaffinity, EPERM),
	TRIAL(keyctl, EPERM),
	TRIAL(add_key, EPERM),
	TRIAL(request_key, EPERM),
	TRIAL(shmget, EPERM),
	TRIAL(shmat, EPERM),
	TRIAL(shmctl, EPERM),
	TRIAL(shmdt, EPERM),
	TRIAL(msgget, EPERM),
	TRIAL(msgsnd, EPERM),
	TRIAL(msgrcv, EPERM),
	TRIAL(msgctl, EPERM),
	TRIAL(semget, EPERM),
	TRIAL(semop, EPERM),
	TRIAL(semtimedop, EPERM),
	TRIAL(semctl, EPERM),
	TRIAL(mq_open, EPERM),
	TRIAL(mq_unlink, EPERM),
	ROOTS_TRIAL(bpf, EPERM),
	TRIAL(inotify_init1, EACCES),
	ROOTS_TRIAL(fanotify_init, EPERM),
	TRIAL(fchmodat, EACCES),
	TRIAL(fchownat, EACCES),
	TRIAL(utimensat, EACCES),
	TRIAL(setxattr, EACCES),
	TRIAL(lsetxattr, EACCES),
	TRIAL(removexattr, EACCES),
	TRIAL(lremovexattr, EACCES),
	/* libc may be older than these. */
	{"fchmodat2", -EACCES, 452, false},
	{"setxattrat", -EACCES, 463, false},
	{"removexattrat", -EACCES, 466, false},
	{"file_setattr", -EACCES, 469, false},
#ifdef SYS_chmod
	TRIAL(inotify_init, EACCES),
	TRIAL(chmod, EACCES),
	TRIAL(chown, EACCES),
	TRIAL(lchown, EACCES),
	TRIAL(utime, EACCES),
	TRIAL(utimes, EACCES),
	TRIAL(futimesat, EACCES),
#endif
};

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

static void try_all(int *ret_results)
{
	for (size_t i = 0; i < UNIT_COUNT(trials); i++)
		ret_results[i] = result(syscall(trials[i].number, -1L, 0L, 0L, 0L, 0L));
}

/* All filters that QEMU may have. Nobody listens to what that of the ptys tells. */
static int enter(void)
{
	int r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

	(void)sandbox_pty_offer(-1);
	if (r == 0)
		r = sandbox_refuse_calls(AF_UNSPEC);
	return r < 0 ? r : sandbox_refuse_attributes();
}

/* Let a child with the filters, or without, try something; the results are valid until the next
 * time. */
static const int *attempt(bool filtered, void (*try)(int *ret_results))
{
	static int *results;
	int status = 0;
	pid_t pid = 0;

	if (results == NULL)
		results =
			mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(results, MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		if (filtered && enter() < 0)
			_exit(1);
		try(results);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return results;
}

static void test_each_call(void **state)
{
	const int *results = attempt(false, try_all);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(trials); i++)
		if (results[i] == trials[i].error && (geteuid() == 0 || !trials[i].roots))
			fail_msg("%s fails in the same way without a filter", trials[i].name);
	results = attempt(true, try_all);
	for (size_t i = 0; i < UNIT_COUNT(trials); i++)
		if (results[i] != trials[i].error)
			fail_msg("%s: %s", trials[i].name, strerror(-results[i]));
}

static int try_socket(long family, long type, long protocol)
{
	return result(syscall(SYS_socket, family, type | SOCK_CLOEXEC, protocol));
}

static void try_families(int *ret_results)
{
	for (int family = 0; family <= AF_MAX; family++)
		ret_results[family] = try_socket(family, SOCK_DGRAM, 0);
}

static void test_families(void **state)
{
	const int *results = attempt(true, try_families);

	(void)state;
	for (int family = 0; family <= AF_MAX; family++) {
		bool passes = family == AF_INET || family == AF_INET6 || family == AF_NETLINK;

		if ((results[family] == -EACCES) == passes)
			fail_msg("family %d: %s", family, strerror(-results[family]));
	}
}

static void try_protocols(int *ret_results)
{
	for (int protocol = 0; protocol < MAX_LINKS; protocol++)
		ret_results[protocol] = try_socket(AF_NETLINK, SOCK_RAW, protocol);
}

static void test_protocols(void **state)
{
	const int *results = attempt(true, try_protocols);

	(void)state;
	for (int protocol = 0; protocol < MAX_LINKS; protocol++)
		assert_int_equal(results[protocol], protocol == NETLINK_ROUTE ? 0 : -EACCES);
}

static void try_upper_halves(int *ret_results)
{
	ret_results[0] = try_socket(UPPER | AF_UNIX, SOCK_DGRAM, 0);
	ret_results[1] = try_socket(-UPPER | AF_UNIX, SOCK_DGRAM, 0);
	ret_results[2] = try_socket(UPPER | AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
	ret_results[3] = try_socket(AF_NETLINK, SOCK_RAW, UPPER | NETLINK_USERSOCK);
	ret_results[4] = result(syscall(SYS_prlimit64, UPPER | getppid(), RLIMIT_CORE, 0, 0));
}

/* They lead around nothing. */
static void test_upper_halves(void **state)
{
	const int *results = attempt(false, try_upper_halves);

	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(results[i], 0);
	results = attempt(true, try_upper_halves);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(results[i], -EACCES);
	assert_int_equal(results[4], -EPERM);
}

#ifdef __x86_64__
#define X32_BIT 0x40000000L
#define I386_GETPID 20

/* This kernel has no calls of i386 at all. */
static void end_well(int signal)
{
	(void)signal;
	_exit(0);
}

static void try_foreign(int *ret_results)
{
	long r = I386_GETPID;

	ret_results[0] = result(syscall(X32_BIT | SYS_getpid));
	ret_results[1] = -ENOSYS;
	signal(SIGSEGV, end_well);
	__asm__ volatile("int $0x80" : "+a"(r) : : "r8", "r9", "r10", "r11", "memory", "cc");
	ret_results[1] = (int)r;
}

/* What the numbers of other machines mean is not looked at: none of them can be called. */
static void test_foreign(void **state)
{
	const int *results = attempt(true, try_foreign);

	(void)state;
	assert_int_equal(results[0], -ENOSYS);
	assert_int_equal(results[1], -ENOSYS);
}
#endif

/* Where no filter can be set up, the kernel's reason is told. */
static void try_set_up(int *ret_results)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {.len = UNIT_COUNT(steps), .filter = steps};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(1);
	ret_results[0] = sandbox_refuse_calls(AF_UNSPEC);
	ret_results[1] = sandbox_refuse_attributes();
}

static void test_failure(void **state)
{
	const int *results = attempt(false, try_set_up);

	(void)state;
	assert_int_equal(results[0], -EACCES);
	assert_int_equal(results[1], -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_call),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_upper_halves),
		cmocka_unit_test(test_failure),
#ifdef __x86_64__
		cmocka_unit_test(test_foreign),
#endif
	};

	return cmocka_run_group_tests_name("sandbox-refusals", tests, NULL, NULL);
}
