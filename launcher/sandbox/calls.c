/* SPDX-License-Identifier: MIT
 * What QEMU can reach beside the file system: system calls that lead around Landlock are refused.
 *
 * Every one returns an error, so that a QEMU that tries one for a good reason goes on without it.
 * The filter of QEMU's own -sandbox comes on top, and ends it for what it must never do. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "launcher/sandbox/private.h"

#define X32_BIT 0x40000000u /* of the numbers of x86-64's second set of calls */

#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE_CALL(call, error) SANDBOX_UNLESS(SYS_##call, 1), REFUSE(error)
#define ALLOW_FAMILY(family) SANDBOX_UNLESS(family, 1), ALLOW

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* Linux 6.6; from 403 on numbers are the same everywhere */
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463 /* Linux 6.13 */
#define SYS_removexattrat 466
#endif
#ifndef SYS_file_setattr
#define SYS_file_setattr 469 /* Linux 6.17 */
#endif

/* What every filter begins with, and ends with the number of the call. */
#define KNOWN_CALLS \
	SANDBOX_LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCHITECTURE, 1, 0), \
		REFUSE(ENOSYS), SANDBOX_LOAD(nr), \
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1), REFUSE(ENOSYS)

#ifdef SANDBOX_ARCHITECTURE

static int install(const struct sock_filter *filter, size_t n)
{
	const struct sock_fprog program = {
		.len = (unsigned short)n, .filter = (struct sock_filter *)(uintptr_t)filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

/* What leads out of the process: its sockets, and the user's other processes. */
static int refuse_ways_out(void)
{
	const struct sock_filter filter[] = {
		KNOWN_CALLS,
		/* Opens and connects sockets by other ways than calls. */
		REFUSE_CALL(io_uring_setup, ENOSYS),
		/* One of datagrams can be connected to any path. */
		REFUSE_CALL(socketpair, EACCES),
		/* Other processes of the user; Landlock refuses some of these too. */
		REFUSE_CALL(ptrace, EPERM),
		REFUSE_CALL(process_vm_readv, EPERM),
		REFUSE_CALL(process_vm_writev, EPERM),
		REFUSE_CALL(process_madvise, EPERM),
		REFUSE_CALL(pidfd_getfd, EPERM),
		REFUSE_CALL(kcmp, EPERM),
		REFUSE_CALL(move_pages, EPERM),
		REFUSE_CALL(migrate_pages, EPERM),
		REFUSE_CALL(perf_event_open, EPERM),
		/* Their place in the queue for processors and disks; QEMU's filter ends it for
		 * some. */
		REFUSE_CALL(setpriority, EPERM),
		REFUSE_CALL(ioprio_set, EPERM),
		REFUSE_CALL(sched_setparam, EPERM),
		REFUSE_CALL(sched_setscheduler, EPERM),
		REFUSE_CALL(sched_setattr, EPERM),
		REFUSE_CALL(sched_setaffinity, EPERM),
		/* Of sockets those that the user network is made of, and no others. */
		SANDBOX_UNLESS(SYS_socket, 10),
		SANDBOX_LOAD(args[0]),
		ALLOW_FAMILY(AF_INET),
		ALLOW_FAMILY(AF_INET6),
		/* To the kernel about addresses, for name services, and about nothing else. */
		SANDBOX_UNLESS(AF_NETLINK, 3),
		SANDBOX_LOAD(args[2]),
		SANDBOX_UNLESS(NETLINK_ROUTE, 1),
		ALLOW,
		REFUSE(EACCES),
		/* Limits are its own alone. */
		SANDBOX_UNLESS(SYS_prlimit64, 4),
		SANDBOX_LOAD(args[0]),
		SANDBOX_UNLESS(0, 1),
		ALLOW,
		REFUSE(EPERM),
		ALLOW,
	};

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}

/* What belongs to a user and is no file: making it, and using what is there. */
static int refuse_objects(void)
{
	const struct sock_filter filter[] = {
		KNOWN_CALLS,
		REFUSE_CALL(keyctl, EPERM),
		REFUSE_CALL(add_key, EPERM),
		REFUSE_CALL(request_key, EPERM),
		REFUSE_CALL(shmget, EPERM),
		REFUSE_CALL(shmat, EPERM),
		REFUSE_CALL(shmctl, EPERM),
		REFUSE_CALL(shmdt, EPERM),
		REFUSE_CALL(msgget, EPERM),
		REFUSE_CALL(msgsnd, EPERM),
		REFUSE_CALL(msgrcv, EPERM),
		REFUSE_CALL(msgctl, EPERM),
		REFUSE_CALL(semget, EPERM),
		REFUSE_CALL(semop, EPERM),
		REFUSE_CALL(semtimedop, EPERM),
		REFUSE_CALL(semctl, EPERM),
		/* The other calls on a queue take what this one returns. */
		REFUSE_CALL(mq_open, EPERM),
		REFUSE_CALL(mq_unlink, EPERM),
		REFUSE_CALL(bpf, EPERM),
	/* Landlock lets files be watched. */
#ifdef SYS_inotify_init
		REFUSE_CALL(inotify_init, EACCES),
#endif
		REFUSE_CALL(inotify_init1, EACCES),
		REFUSE_CALL(fanotify_init, EPERM),
		ALLOW,
	};

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}
#endif

int sandbox_refuse_calls(void)
{
#ifdef SANDBOX_ARCHITECTURE
	int r = refuse_ways_out();

	return r < 0 ? r : refuse_objects();
#else
	return -EOPNOTSUPP;
#endif
}

int sandbox_refuse_attributes(void)
{
#ifdef SANDBOX_ARCHITECTURE
	const struct sock_filter filter[] = {
		KNOWN_CALLS,
#ifdef SYS_chmod
		REFUSE_CALL(chmod, EACCES),
		REFUSE_CALL(chown, EACCES),
		REFUSE_CALL(lchown, EACCES),
		REFUSE_CALL(utime, EACCES),
		REFUSE_CALL(utimes, EACCES),
		REFUSE_CALL(futimesat, EACCES),
#endif
		REFUSE_CALL(fchmodat, EACCES),
		REFUSE_CALL(fchmodat2, EACCES),
		REFUSE_CALL(fchownat, EACCES),
		REFUSE_CALL(utimensat, EACCES),
		REFUSE_CALL(setxattr, EACCES),
		REFUSE_CALL(lsetxattr, EACCES),
		REFUSE_CALL(setxattrat, EACCES),
		REFUSE_CALL(removexattr, EACCES),
		REFUSE_CALL(lremovexattr, EACCES),
		REFUSE_CALL(removexattrat, EACCES),
		REFUSE_CALL(file_setattr, EACCES),
		ALLOW,
	};

	return install(filter, sizeof(filter) / sizeof(filter[0]));
#else
	return -EOPNOTSUPP;
#endif
}
