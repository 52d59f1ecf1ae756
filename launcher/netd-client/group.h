/* SPDX-License-Identifier: MIT
 * Is this login in a group, and would the next one be? */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_GROUP_H
#define OWVM_LAUNCHER_NETD_CLIENT_GROUP_H

#include <stddef.h>
#include <sys/types.h>

enum group_standing {
	GROUP_MISSING, /* the host has no such group */
	GROUP_MEMBER,  /* this process is in it */
	GROUP_LATER,   /* the group database says so, but this login is older than that */
	GROUP_OUTSIDE,
};

enum group_standing group_standing(const char *name);

/* The groups of this process, the effective one included, which the caller frees. */
gid_t *group_now(size_t *ret_n);

/* The same question of lists: what the process has, and what the database gives the user. */
enum group_standing group_compare(
	gid_t gid, const gid_t *now, size_t n_now, const gid_t *later, size_t n_later);

#endif
