/* SPDX-License-Identifier: MIT
 * A command in an image: the system calls that it does not get. Each returns an error, so that what
 * tries one for a good reason goes on without it. */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "launcher/chroot/private.h"
#include "launcher/sandbox/filter.h"

static const struct sandbox_refusal calls[] = {
	/* Much of the kernel, for what nobody needs here. */
	{SCMP_SYS(io_uring_setup), ENOSYS},
	{SCMP_SYS(userfaultfd), EPERM},
	{SCMP_SYS(bpf), EPERM},
	{SCMP_SYS(perf_event_open), EPERM},
	{SCMP_SYS(open_by_handle_at), EPERM},
	{SCMP_SYS(fanotify_init), EPERM},
	{SCMP_SYS(vmsplice), EPERM},
	{SCMP_SYS(quotactl), EPERM},
	/* Other processes, keys of the user. */
	{SCMP_SYS(ptrace), EPERM},
	{SCMP_SYS(process_vm_readv), EPERM},
	{SCMP_SYS(process_vm_writev), EPERM},
	{SCMP_SYS(pidfd_getfd), EPERM},
	{SCMP_SYS(kcmp), EPERM},
	{SCMP_SYS(keyctl), EPERM},
	{SCMP_SYS(add_key), EPERM},
	{SCMP_SYS(request_key), EPERM},
	/* Further namespaces, where there would be all capabilities again. */
	{SCMP_SYS(unshare), EPERM},
	{SCMP_SYS(setns), EPERM},
	{SCMP_SYS(clone3), ENOSYS},
};

static const struct sandbox_refusal mounting[] = {
	{SCMP_SYS(mount), EPERM},
	{SCMP_SYS(umount2), EPERM},
	{SCMP_SYS(pivot_root), EPERM},
	{SCMP_SYS(fsopen), EPERM},
	{SCMP_SYS(fsconfig), EPERM},
	{SCMP_SYS(fsmount), EPERM},
	{SCMP_SYS(fspick), EPERM},
	{SCMP_SYS(move_mount), EPERM},
	{SCMP_SYS(open_tree), EPERM},
	{SCMP_SYS(mount_setattr), EPERM},
};

/* Words put into the user's terminal as if he had typed them; ioctl_tty(2). */
static const unsigned long typed[] = {TIOCSTI, TIOCLINUX};

/* What of a flag would make a namespace; clone(2). */
static const uint64_t namespaces[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET,
	CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int refuse_arguments(scmp_filter_ctx filter)
{
	const uint32_t refused = SCMP_ACT_ERRNO(EPERM);
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(typed); i++)
		r = seccomp_rule_add(filter, refused, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, typed[i]));
	for (size_t i = 0; r == 0 && i < COUNT(namespaces); i++)
		r = seccomp_rule_add(filter, refused, SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
	return r;
}

/* An image may be of the 32 bits that this processor has as well. */
static int add_small(scmp_filter_ctx filter)
{
	uint32_t native = seccomp_arch_native();

	if (native == SCMP_ARCH_X86_64)
		return seccomp_arch_add(filter, SCMP_ARCH_X86);
	return native == SCMP_ARCH_AARCH64 ? seccomp_arch_add(filter, SCMP_ARCH_ARM) : 0;
}

int chroot_refuse_calls(bool mounts)
{
	OWNED_FILTER filter = NULL;
	int r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
			? -errno
			: sandbox_filter_new(SCMP_ACT_ERRNO(ENOSYS), &filter);

	if (r == 0)
		r = add_small(filter);
	if (r == 0)
		r = sandbox_filter_refuse(filter, calls, COUNT(calls));
	if (r == 0 && !mounts)
		r = sandbox_filter_refuse(filter, mounting, COUNT(mounting));
	if (r == 0)
		r = refuse_arguments(filter);
	/* As a kernel refuses a family that it was built without. */
	if (r == 0)
		r = sandbox_filter_refuse_sockets(filter, EAFNOSUPPORT, AF_UNIX);
	return r < 0 ? r : seccomp_load(filter);
}
