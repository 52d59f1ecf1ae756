/* SPDX-License-Identifier: MIT
 * Is this login in a group, and would the next one be? */
#include "launcher/netd-client/group.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/cleanup.h"

#define GROUPS_MAX 65536 /* NGROUPS_MAX of the kernel */

static bool contains(const gid_t *gids, size_t n, gid_t gid)
{
	for (size_t i = 0; i < n; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

enum group_standing group_compare(
	gid_t gid, const gid_t *now, size_t n_now, const gid_t *later, size_t n_later)
{
	if (contains(now, n_now, gid))
		return GROUP_MEMBER;
	return contains(later, n_later, gid) ? GROUP_LATER : GROUP_OUTSIDE;
}

gid_t *group_now(size_t *ret_n)
{
	gid_t *gids = calloc(GROUPS_MAX + 1, sizeof(*gids));
	int n = 0;

	if (gids == NULL)
		abort();
	n = getgroups(GROUPS_MAX, gids);
	*ret_n = n < 0 ? 0 : (size_t)n;
	gids[(*ret_n)++] = getegid();
	return gids;
}

/* The groups that a new login of this user would have. */
static size_t groups_later(gid_t *gids)
{
	const struct passwd *user = getpwuid(getuid());
	int n = GROUPS_MAX;

	if (user == NULL || getgrouplist(user->pw_name, user->pw_gid, gids, &n) < 0)
		return 0;
	return (size_t)n;
}

enum group_standing group_standing(const char *name)
{
	size_t n_now = 0;
	OWNED_MEMORY gid_t *now = group_now(&n_now);
	OWNED_MEMORY gid_t *later = calloc(GROUPS_MAX, sizeof(*later));
	const struct group *group = getgrnam(name);
	gid_t gid = 0;

	if (group == NULL)
		return GROUP_MISSING;
	if (later == NULL)
		abort();
	gid = group->gr_gid;
	return group_compare(gid, now, n_now, later, groups_later(later));
}
