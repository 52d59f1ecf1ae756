/* SPDX-License-Identifier: MIT
 * User namespaces of users: made, tried, and what is said on a host that has none for them. */
#include "launcher/base/user-namespace.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"

/* One id of each kind is all that a user may map, user_namespaces(7). */
static int map_ids(uid_t uid, gid_t gid, bool root)
{
	OWNED_MEMORY char *uids = text_format("%u %u 1", root ? 0 : uid, uid);
	OWNED_MEMORY char *gids = text_format("%u %u 1", root ? 0 : gid, gid);
	int r = file_write("/proc/self/setgroups", "deny");

	if (r == 0)
		r = file_write("/proc/self/uid_map", uids);
	return r < 0 ? r : file_write("/proc/self/gid_map", gids);
}

int user_namespace_enter(int flags, bool root)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	return unshare(CLONE_NEWUSER | flags) < 0 ? -errno : map_ids(uid, gid, root);
}

/* The second step takes a capability in the namespace of the first. */
__attribute__((noreturn)) static void try_it(void)
{
	int r = user_namespace_enter(0, false);

	if (r == 0 && unshare(CLONE_NEWUTS) < 0)
		r = -errno;
	_exit(-r);
}

int user_namespace_try(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		try_it();
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
}

int user_namespace_fail(int error, char **reterr_text)
{
	return text_fail(reterr_text, -error,
		"this host lets you make no user namespace that serves: %s (AppArmor, or sysctl kernel.unprivileged_userns_clone or user.max_user_namespaces; 'owrun doctor' says which)",
		strerror(error));
}
