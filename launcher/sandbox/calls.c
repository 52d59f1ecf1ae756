/* SPDX-License-Identifier: MIT
 * What QEMU can reach beside the file system: system calls that lead around Landlock are refused.
 *
 * Every one returns an error, so that a QEMU that tries one for a good reason goes on without it.
 * The filter of QEMU's own -sandbox comes on top, and ends it for what it must never do. */
#include <errno.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "launcher/sandbox/private.h"

/* Those that libseccomp may not know by name; from 403 on numbers are the same everywhere. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* Linux 6.6 */
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463 /* Linux 6.13 */
#define SYS_removexattrat 466
#endif
#ifndef SYS_file_setattr
#define SYS_file_setattr 469 /* Linux 6.17 */
#endif

/* A call that this machine does not have, such as chmod on aarch64, has a number below 0 here, and
 * libseccomp leaves it out. */
struct refusal {
	int call;
	uint16_t error;
};

static const struct refusal calls[] = {
	/* Opens and connects sockets by other ways than calls. */
	{SCMP_SYS(io_uring_setup), ENOSYS},
	/* One of datagrams can be connected to any path. */
	{SCMP_SYS(socketpair), EACCES},
	/* Other processes of the user; Landlock refuses some of these too. */
	{SCMP_SYS(ptrace), EPERM},
	{SCMP_SYS(process_vm_readv), EPERM},
	{SCMP_SYS(process_vm_writev), EPERM},
	{SCMP_SYS(process_madvise), EPERM},
	{SCMP_SYS(pidfd_getfd), EPERM},
	{SCMP_SYS(kcmp), EPERM},
	{SCMP_SYS(move_pages), EPERM},
	{SCMP_SYS(migrate_pages), EPERM},
	{SCMP_SYS(perf_event_open), EPERM},
	/* Their place in the queue for processors and disks; QEMU's filter ends it for some. */
	{SCMP_SYS(setpriority), EPERM},
	{SCMP_SYS(ioprio_set), EPERM},
	{SCMP_SYS(sched_setparam), EPERM},
	{SCMP_SYS(sched_setscheduler), EPERM},
	{SCMP_SYS(sched_setattr), EPERM},
	{SCMP_SYS(sched_setaffinity), EPERM},
	/* What belongs to a user and is no file: making it, and using what is there. */
	{SCMP_SYS(keyctl), EPERM},
	{SCMP_SYS(add_key), EPERM},
	{SCMP_SYS(request_key), EPERM},
	{SCMP_SYS(shmget), EPERM},
	{SCMP_SYS(shmat), EPERM},
	{SCMP_SYS(shmctl), EPERM},
	{SCMP_SYS(shmdt), EPERM},
	{SCMP_SYS(msgget), EPERM},
	{SCMP_SYS(msgsnd), EPERM},
	{SCMP_SYS(msgrcv), EPERM},
	{SCMP_SYS(msgctl), EPERM},
	{SCMP_SYS(semget), EPERM},
	{SCMP_SYS(semop), EPERM},
	{SCMP_SYS(semtimedop), EPERM},
	{SCMP_SYS(semctl), EPERM},
	/* The other calls on a queue take what this one returns. */
	{SCMP_SYS(mq_open), EPERM},
	{SCMP_SYS(mq_unlink), EPERM},
	{SCMP_SYS(bpf), EPERM},
	/* Landlock lets files be watched. */
	{SCMP_SYS(inotify_init), EACCES},
	{SCMP_SYS(inotify_init1), EACCES},
	{SCMP_SYS(fanotify_init), EPERM},
};

static const struct refusal attributes[] = {
	{SCMP_SYS(chmod), EACCES},
	{SCMP_SYS(chown), EACCES},
	{SCMP_SYS(lchown), EACCES},
	{SCMP_SYS(utime), EACCES},
	{SCMP_SYS(utimes), EACCES},
	{SCMP_SYS(futimesat), EACCES},
	{SCMP_SYS(fchmodat), EACCES},
	{SYS_fchmodat2, EACCES},
	{SCMP_SYS(fchownat), EACCES},
	{SCMP_SYS(utimensat), EACCES},
	{SCMP_SYS(setxattr), EACCES},
	{SCMP_SYS(lsetxattr), EACCES},
	{SYS_setxattrat, EACCES},
	{SCMP_SYS(removexattr), EACCES},
	{SCMP_SYS(lremovexattr), EACCES},
	{SYS_removexattrat, EACCES},
	{SYS_file_setattr, EACCES},
};

static int refuse(scmp_filter_ctx filter, const struct refusal *refusals, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(refusals[i].error), refusals[i].call, 0);
	return r;
}

/* Of sockets those that the user network is made of, and no others. A rule of libseccomp compares
 * an argument once, so each family is refused for itself, and all that follow together. The kernel
 * takes 32 bits of what is compared here: with others beside them it is refused as well. */
static int refuse_sockets(scmp_filter_ctx filter)
{
	const uint32_t refused = SCMP_ACT_ERRNO(EACCES);
	int r = seccomp_rule_add(
		filter, refused, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, AF_NETLINK, 0));

	/* To the kernel about addresses, for name services, and about nothing else. */
	if (r == 0)
		r = seccomp_rule_add(filter, refused, SCMP_SYS(socket), 2,
			SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
			SCMP_A2(SCMP_CMP_NE, NETLINK_ROUTE, 0));
	for (unsigned int family = 0; r == 0 && family < AF_NETLINK; family++)
		if (family != AF_INET && family != AF_INET6)
			r = seccomp_rule_add(filter, refused, SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_EQ, family, 0));
	return r;
}

int sandbox_refuse_calls(void)
{
	OWNED_FILTER filter = NULL;
	int r = sandbox_filter_new(SCMP_ACT_ERRNO(ENOSYS), &filter);

	if (r == 0)
		r = refuse(filter, calls, sizeof(calls) / sizeof(calls[0]));
	if (r == 0)
		r = refuse_sockets(filter);
	/* Limits are its own alone. */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1,
			SCMP_A0(SCMP_CMP_NE, 0, 0));
	return r < 0 ? r : seccomp_load(filter);
}

int sandbox_refuse_attributes(void)
{
	OWNED_FILTER filter = NULL;
	int r = sandbox_filter_new(SCMP_ACT_ERRNO(ENOSYS), &filter);

	if (r == 0)
		r = refuse(filter, attributes, sizeof(attributes) / sizeof(attributes[0]));
	return r < 0 ? r : seccomp_load(filter);
}
