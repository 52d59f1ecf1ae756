/* SPDX-License-Identifier: MIT
 * What the forwarder gives up once it has all that it needs. */
#include "launcher/relay/confine.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "launcher/sandbox/filter.h"
#include "launcher/sandbox/sandbox.h"

/* Beside those of QEMU's sandbox, which needs these. Bound sockets come from owrun. */
static const struct sandbox_refusal calls[] = {
	{SCMP_SYS(bind), EPERM},
	{SCMP_SYS(clone), EPERM},
	{SCMP_SYS(clone3), ENOSYS},
	{SCMP_SYS(execve), EPERM},
	{SCMP_SYS(execveat), EPERM},
	{SCMP_SYS(fork), EPERM},
	{SCMP_SYS(kill), EPERM},
	{SCMP_SYS(pidfd_send_signal), EPERM},
	{SCMP_SYS(rt_sigqueueinfo), EPERM},
	{SCMP_SYS(rt_tgsigqueueinfo), EPERM},
	{SCMP_SYS(setns), EPERM},
	{SCMP_SYS(tgkill), EPERM},
	{SCMP_SYS(tkill), EPERM},
	{SCMP_SYS(unshare), EPERM},
	{SCMP_SYS(vfork), EPERM},
};

static int refuse_calls(void)
{
	OWNED_FILTER filter = NULL;
	int r = sandbox_filter_new(SCMP_ACT_ERRNO(ENOSYS), &filter);

	if (r == 0)
		r = sandbox_filter_refuse(filter, calls, sizeof(calls) / sizeof(calls[0]));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1,
			SCMP_A0(SCMP_CMP_NE, AF_INET, 0));
	if (r == 0)
		r = seccomp_load(filter);
	/* owrun does not know this architecture; no_new_privs and Landlock are there. */
	return r == -EOPNOTSUPP ? 0 : r;
}

static int drop_capabilities(void)
{
	cap_t none = cap_init();
	int r = none == NULL || cap_set_proc(none) < 0 ? -errno : 0;

	cap_free(none);
	return r;
}

int confine_forwarder(void)
{
	const struct rlimit nothing = {0};
	const struct sandbox empty = {0};
	int r = drop_capabilities();

	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	if (r == 0)
		r = sandbox_enter(&empty, -1);
	if (r == 0)
		r = refuse_calls();
	if (r == 0 &&
		(setrlimit(RLIMIT_NPROC, &nothing) < 0 || setrlimit(RLIMIT_CORE, &nothing) < 0))
		r = -errno;
	return r;
}
