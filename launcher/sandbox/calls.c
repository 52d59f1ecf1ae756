/* SPDX-License-Identifier: MIT
 * What QEMU can reach beside the file system: system calls that lead around Landlock are refused.
 *
 * Every one returns an error, so that a QEMU that tries one for a good reason goes on without it.
 * The filter of QEMU's own -sandbox comes on top, and ends it for what it must never do. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
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

static const struct sandbox_refusal calls[] = {
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

static const struct sandbox_refusal attributes[] = {
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

int sandbox_refuse_calls(unsigned int spared)
{
	OWNED_FILTER filter = NULL;
	int r = sandbox_filter_new(SCMP_ACT_ERRNO(ENOSYS), &filter);

	if (r == 0)
		r = sandbox_filter_refuse(filter, calls, sizeof(calls) / sizeof(calls[0]));
	/* What the user network is made of, and no others. */
	if (r == 0)
		r = sandbox_filter_refuse_sockets(filter, EACCES, spared);
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
		r = sandbox_filter_refuse(
			filter, attributes, sizeof(attributes) / sizeof(attributes[0]));
	return r < 0 ? r : seccomp_load(filter);
}
