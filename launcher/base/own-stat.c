/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written: owners, modes and access lists. */
#include "launcher/base/own-stat.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/xattr.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define ACCESS_LIST "system.posix_acl_access"

/* Is it the login group of another user, too? Those are no members by group(5). */
static bool is_shared(gid_t gid, uid_t uid)
{
	const struct passwd *user = NULL;
	bool shared = false;

	setpwent();
	while (!shared && (user = getpwent()) != NULL)
		shared = user->pw_gid == gid && user->pw_uid != uid;
	endpwent();
	return shared;
}

/* Debian's login.defs (USERGROUPS_ENAB) gives each user a group of his name. */
static bool is_private_group(gid_t gid, uid_t uid)
{
	const struct passwd *user = getpwuid(uid);
	OWNED_MEMORY char *name = user == NULL ? NULL : text_format("%s", user->pw_name);
	const struct group *group = NULL;

	if (user == NULL || user->pw_gid != gid)
		return false;
	group = getgrgid(gid);
	if (group == NULL || strcmp(group->gr_name, name) != 0)
		return false;
	for (char **member = group->gr_mem; *member != NULL; member++)
		if (strcmp(*member, name) != 0)
			return false;
	return !is_shared(gid, uid);
}

bool own_by_owner(uid_t owner, uid_t uid)
{
	return uid == OWN_ANYONE || owner == uid || owner == 0;
}

/* Then the group's bits of the mode are the most that the list gives to anybody, acl(5). */
static bool has_access_list(int fd)
{
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", fd);

	return getxattr(path, ACCESS_LIST, NULL, 0) > 0;
}

bool own_by_fd(int fd, const struct stat *st, uid_t uid)
{
	return own_by_stat(st, uid) &&
	       (uid == OWN_ANYONE || (st->st_mode & S_IWGRP) == 0 || !has_access_list(fd));
}

bool own_by_stat(const struct stat *st, uid_t uid)
{
	if (uid == OWN_ANYONE)
		return true;
	if (!own_by_owner(st->st_uid, uid) || (st->st_mode & S_IWOTH) != 0)
		return false;
	return (st->st_mode & S_IWGRP) == 0 || st->st_gid == 0 || is_private_group(st->st_gid, uid);
}

char *own_user(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user == NULL ? text_format("uid %u", (unsigned int)uid)
			    : text_format("'%s'", user->pw_name);
}

char *own_words(const struct stat *st)
{
	OWNED_MEMORY char *owner = own_user(st->st_uid);

	return text_format("(owner %s, mode %04o)", owner, (unsigned int)(st->st_mode & 07777));
}
