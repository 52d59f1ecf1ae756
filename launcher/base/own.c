/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written. */
#include "launcher/base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define DEPTH_MAX 128 /* directories above one another */
#define LINKS_MAX 40  /* Linux' own limit */

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

static bool is_believed(uid_t owner, uid_t uid)
{
	return uid == OWN_ANYONE || owner == uid || owner == 0;
}

bool own_by_stat(const struct stat *st, uid_t uid)
{
	if (uid == OWN_ANYONE)
		return true;
	if (!is_believed(st->st_uid, uid) || (st->st_mode & S_IWOTH) != 0)
		return false;
	return (st->st_mode & S_IWGRP) == 0 || st->st_gid == 0 || is_private_group(st->st_gid, uid);
}

char *own_words(const struct stat *st)
{
	const struct passwd *owner = getpwuid(st->st_uid);
	unsigned int mode = (unsigned int)(st->st_mode & 07777);

	if (owner == NULL)
		return text_format("(owner uid %u, mode %04o)", (unsigned int)st->st_uid, mode);
	return text_format("(owner '%s', mode %04o)", owner->pw_name, mode);
}

static int refuse(const struct stat *st, const char *path, bool above, char **reterr_text)
{
	OWNED_MEMORY char *words = own_words(st);

	return text_fail(reterr_text, -EPERM, "%s'%s' can be changed by others %s",
		above ? "a directory above " : "", path, words);
}

/* In a sticky directory only its owner and root can replace what is the user's. */
static bool keeps_names(const struct stat *st, uid_t uid)
{
	return own_by_stat(st, uid) ||
	       ((st->st_mode & S_ISVTX) != 0 && is_believed(st->st_uid, uid));
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
		if (!keeps_names(&st, uid))
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
	if (!own_by_stat(&st, uid) ||
		(privacy == OWN_ENTERED &&
			(st.st_uid != uid || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)))
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

/* On the way along a path. */
struct walk {
	uid_t uid;
	int here;   /* fd */
	char *rest; /* of the way, from there */
	unsigned int links;
};

/* Can nobody else change what the names mean in the directory that was reached? */
static int check_names(const struct walk *walk, char **reterr_text)
{
	OWNED_MEMORY char *fd = text_format("/proc/self/fd/%d", walk->here);
	char path[PATH_MAX] = "";
	struct stat st = {0};

	if (fstat(walk->here, &st) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	if (keeps_names(&st, walk->uid))
		return 0;
	if (readlink(fd, path, sizeof(path) - 1) < 0)
		return refuse(&st, "..", true, reterr_text);
	return refuse(&st, path, false, reterr_text);
}

/* The way goes on where the symlink leads; it is in a directory that was checked, but a sticky one
 * has links of others, too. */
static int follow(struct walk *walk, const char *name, const struct stat *st, char **reterr_text)
{
	char target[PATH_MAX] = "";
	char *rest = walk->rest;

	if (!is_believed(st->st_uid, walk->uid))
		return refuse(st, name, false, reterr_text);
	if (++walk->links > LINKS_MAX)
		return text_fail(reterr_text, -ELOOP, "%s", strerror(ELOOP));
	if (readlinkat(walk->here, name, target, sizeof(target) - 1) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	walk->rest = text_format("%s%s%s", target, rest[0] == '\0' ? "" : "/", rest);
	free(rest);
	if (target[0] != '/')
		return 0;
	cleanup_close(&walk->here);
	walk->here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return walk->here < 0 ? text_fail(reterr_text, -errno, "%s", strerror(errno)) : 0;
}

/* Go to the next name of the way, or along a symlink of that name. Returns 1 when that was all. */
static int step(struct walk *walk, int flags, char **reterr_text)
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	const char *after = begin + length + strspn(begin + length, "/");
	OWNED_MEMORY char *name = text_format("%.*s", (int)length, begin);
	OWNED_MEMORY char *rest = text_format("%s", after);
	bool last = *after == '\0' && begin[length] == '\0';
	int next = -1, r = check_names(walk, reterr_text);
	struct stat st = {0};

	if (r < 0)
		return r;
	free(walk->rest);
	walk->rest = rest;
	rest = NULL;
	if (length > 0 && fstatat(walk->here, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	if (S_ISLNK(st.st_mode))
		return follow(walk, name, &st, reterr_text);
	next = openat(walk->here, length == 0 ? "." : name,
		(last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	cleanup_close(&walk->here);
	walk->here = next;
	return last ? 1 : 0;
}

int own_path_open(int from, const char *path, uid_t uid, int flags, char **reterr_text)
{
	struct walk walk = {
		.uid = uid,
		.here = path[0] == '/' ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
				       : fcntl(from, F_DUPFD_CLOEXEC, 0),
		.rest = text_format("%s", path),
	};
	int r = walk.here < 0 ? text_fail(reterr_text, -errno, "%s", strerror(errno)) : 0;

	while (r == 0)
		r = step(&walk, flags, reterr_text);
	free(walk.rest);
	if (r < 0)
		cleanup_close(&walk.here);
	return r < 0 ? r : walk.here;
}

int own_file_check(int fd, uid_t uid, size_t max)
{
	struct stat st = {0};

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!own_by_stat(&st, uid))
		return -EPERM;
	return st.st_size < 0 || (size_t)st.st_size > max ? -EFBIG : 0;
}

int own_file_open(int directory, const char *name, uid_t uid, size_t max)
{
	OWNED_FD fd =
		openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int r = fd < 0 ? -errno : own_file_check(fd, uid, max);

	return r < 0 ? r : cleanup_steal_fd(&fd);
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
