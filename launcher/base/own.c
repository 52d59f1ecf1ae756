/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written. */
#include "launcher/base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define DEPTH_MAX 128 /* directories above one another */

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
	return true;
}

bool own_by_stat(const struct stat *st, uid_t uid)
{
	if ((st->st_uid != uid && st->st_uid != 0) || (st->st_mode & S_IWOTH) != 0)
		return false;
	return (st->st_mode & S_IWGRP) == 0 || st->st_gid == 0 || is_private_group(st->st_gid, uid);
}

static int refuse(const struct stat *st, const char *path, bool above, char **reterr_text)
{
	const struct passwd *owner = getpwuid(st->st_uid);
	OWNED_MEMORY char *who = owner == NULL ? text_format("uid %u", (unsigned int)st->st_uid)
					       : text_format("'%s'", owner->pw_name);

	return text_fail(reterr_text, -EPERM,
		"%s'%s' can be changed by others (owner %s, mode %04o)",
		above ? "a directory above " : "", path, who, (unsigned int)(st->st_mode & 07777));
}

/* Judge the directories above, from the fd on. */
static int check_above(int fd, const char *path, uid_t uid, char **reterr_text)
{
	OWNED_FD here = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct stat below = {0}, st = {0};

	if (here < 0 || fstat(here, &below) < 0)
		return text_fail(
			reterr_text, -errno, "cannot look at '%s': %s", path, strerror(errno));
	for (int i = 0; i < DEPTH_MAX; i++) {
		OWNED_FD above = openat(here, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (above < 0 || fstat(above, &st) < 0)
			return text_fail(reterr_text, -errno, "cannot look above '%s': %s", path,
				strerror(errno));
		if (st.st_dev == below.st_dev && st.st_ino == below.st_ino)
			return 0;
		/* In a sticky directory only its owner and root can replace what is the user's. */
		if (!own_by_stat(&st, uid) &&
			((st.st_mode & S_ISVTX) == 0 || (st.st_uid != 0 && st.st_uid != uid)))
			return refuse(&st, path, true, reterr_text);
		below = st;
		cleanup_close(&here);
		here = cleanup_steal_fd(&above);
	}
	return text_fail(reterr_text, -ELOOP, "there are too many directories above '%s'", path);
}

int own_directory_check(
	int fd, const char *path, uid_t uid, enum own_privacy privacy, char **reterr_text)
{
	struct stat st = {0};

	if (fstat(fd, &st) < 0)
		return text_fail(
			reterr_text, -errno, "cannot look at '%s': %s", path, strerror(errno));
	if (st.st_uid != uid || !own_by_stat(&st, uid) ||
		(privacy == OWN_ENTERED && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0))
		return refuse(&st, path, false, reterr_text);
	return check_above(fd, path, uid, reterr_text);
}

int own_directory_open(const char *path, uid_t uid, enum own_privacy privacy, char **reterr_text)
{
	OWNED_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return text_fail(
			reterr_text, -errno, "cannot open '%s': %s", path, strerror(errno));
	r = own_directory_check(fd, path, uid, privacy, reterr_text);
	return r < 0 ? r : cleanup_steal_fd(&fd);
}

int own_file_open(int directory, const char *name, uid_t uid, size_t max)
{
	OWNED_FD fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st = {0};

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!own_by_stat(&st, uid))
		return -EPERM;
	return st.st_size < 0 || (size_t)st.st_size > max ? -EFBIG : cleanup_steal_fd(&fd);
}

int own_file_json(int directory, const char *name, uid_t uid, size_t max, json_t **ret_value,
	json_error_t *ret_error)
{
	OWNED_FD fd = own_file_open(directory, name, uid, max);
	json_t *value = NULL;

	if (fd < 0)
		return fd;
	value = json_loadfd(fd, JSON_REJECT_DUPLICATES, ret_error);
	if (value == NULL)
		return -EBADMSG;
	*ret_value = value;
	return 0;
}

const char *own_phrase(int error)
{
	switch (error) {
	case -ELOOP:
		return "is a symlink";
	case -EINVAL:
		return "is no regular file";
	case -EPERM:
		return "could have been written by others";
	case -EFBIG:
		return "is too large";
	default:
		return strerror(-error);
	}
}
