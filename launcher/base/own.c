/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written. */
#include "launcher/base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"

#define DEPTH_MAX 128 /* directories above one another */
#define LINKS_MAX 40  /* Linux' own limit */

static int refuse(const struct stat *st, const char *path, bool above, char **reterr_text)
{
	OWNED_MEMORY char *words = own_words(st);

	return text_fail(reterr_text, -EPERM, "%s'%s' can be changed by others %s",
		above ? "a directory above " : "", path, words);
}

bool own_keeps_names(int fd, const struct stat *st, uid_t uid)
{
	return own_by_fd(fd, st, uid) ||
	       ((st->st_mode & S_ISVTX) != 0 && own_by_owner(st->st_uid, uid));
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
		if (!own_keeps_names(above, &st, uid))
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
	OWNED_MEMORY char *words = NULL;
	struct stat st = {0};

	if (fstat(fd, &st) < 0)
		return text_fail(
			reterr_text, -errno, "cannot look at '%s': %s", path, strerror(errno));
	if (!own_by_fd(fd, &st, uid))
		return refuse(&st, path, false, reterr_text);
	if (privacy == OWN_WRITTEN || (st.st_uid == uid && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0))
		return check_above(fd, path, uid, reterr_text);
	words = own_words(&st);
	return text_fail(reterr_text, -EPERM, "'%s' is not for you alone %s", path, words);
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
	bool make;    /* what is missing */
	bool lenient; /* others may lead elsewhere, but it is noted */
	uid_t leader; /* whose symlink was followed; OWN_ANYONE: nobody else's */
	bool made;    /* the last of it */
};

/* What was reached: a path for a sentence, which the caller frees. */
static char *name_here(const struct walk *walk)
{
	OWNED_MEMORY char *link = text_format("/proc/self/fd/%d", walk->here);
	char path[PATH_MAX] = "";

	return text_format("%s", readlink(link, path, sizeof(path) - 1) < 0 ? link : path);
}

/* Can nobody else change what the names mean in the directory that was reached? */
static int check_names(const struct walk *walk, char **reterr_text)
{
	OWNED_MEMORY char *path = NULL;
	struct stat st = {0};

	if (walk->lenient)
		return 0;
	if (fstat(walk->here, &st) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	if (own_keeps_names(walk->here, &st, walk->uid))
		return 0;
	path = name_here(walk);
	return refuse(&st, path, false, reterr_text);
}

static int refuse_link(
	const struct walk *walk, const char *name, const struct stat *st, char **reterr_text)
{
	OWNED_MEMORY char *above = name_here(walk);
	OWNED_MEMORY char *path = text_format("%s/%s", strcmp(above, "/") == 0 ? "" : above, name);

	return refuse(st, path, false, reterr_text);
}

/* The way goes on where the symlink leads; it is in a directory that was checked, but a sticky one
 * has links of others, too. */
static int follow(struct walk *walk, const char *name, const struct stat *st, char **reterr_text)
{
	char target[PATH_MAX] = "";
	char *rest = walk->rest;

	if (!own_by_owner(st->st_uid, walk->uid)) {
		if (!walk->lenient || (walk->leader != OWN_ANYONE && walk->leader != st->st_uid))
			return refuse_link(walk, name, st, reterr_text);
		walk->leader = st->st_uid;
	}
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

/* Look at the next name of the way, or make it a directory. */
static int look(struct walk *walk, const char *name, struct stat *ret_st, char **reterr_text)
{
	walk->made = false;
	if (*name == '\0' || fstatat(walk->here, name, ret_st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (walk->make && errno == ENOENT)
		walk->made = mkdirat(walk->here, name, S_IRWXU) == 0;
	if (walk->made || (walk->make && errno == EEXIST))
		return 0;
	return text_fail(reterr_text, -errno, "%s", strerror(errno));
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
	r = look(walk, name, &st, reterr_text);
	if (r < 0)
		return r;
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

/* Go all of the way. Returns the fd of its end, or -errno with a phrase. */
static int go(struct walk *walk, int flags, char **reterr_text)
{
	int r = walk->here < 0 ? text_fail(reterr_text, -errno, "%s", strerror(errno)) : 0;

	while (r == 0)
		r = step(walk, flags, reterr_text);
	free(walk->rest);
	if (r < 0)
		cleanup_close(&walk->here);
	return r < 0 ? r : walk->here;
}

int own_path_open(int from, const char *path, uid_t uid, int flags, char **reterr_text)
{
	struct walk walk = {
		.uid = uid,
		.here = path[0] == '/' ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
				       : fcntl(from, F_DUPFD_CLOEXEC, 0),
		.rest = text_format("%s", path),
	};

	return go(&walk, flags, reterr_text);
}

int own_lead_open(const char *path, uid_t uid, char **reterr_text)
{
	struct walk walk = {
		.uid = uid,
		.here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.rest = file_absolute(path),
		.lenient = true,
		.leader = OWN_ANYONE,
	};
	OWNED_MEMORY char *whose = NULL;
	OWNED_FD fd = go(&walk, O_PATH, reterr_text);
	struct stat st = {0};

	if (walk.leader == OWN_ANYONE ||
		(fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == walk.leader))
		return cleanup_steal_fd(&fd);
	whose = own_user(walk.leader);
	return text_fail(reterr_text, -EPERM,
		"'%s' is reached by a symlink of %s, who does not own what it leads to; give the path of that itself",
		path, whose);
}

int own_lead_check(const char *path, uid_t uid, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD fd = own_lead_open(path, uid, &error);

	return fd == -EPERM ? text_fail(reterr_text, fd, "%s", error) : 0;
}

int own_directory_make(const char *path, uid_t uid, bool *ret_made, char **reterr_text)
{
	struct walk walk = {
		.uid = uid,
		.here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.rest = text_format("%s", path),
		.make = true,
	};
	OWNED_MEMORY char *reason = NULL;
	OWNED_FD fd = go(&walk, O_RDONLY | O_DIRECTORY, &reason);
	int r = 0;

	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot make '%s': %s", path, reason);
	r = own_directory_check(fd, path, uid, OWN_WRITTEN, reterr_text);
	if (r < 0)
		return r;
	if (ret_made != NULL)
		*ret_made = walk.made;
	return cleanup_steal_fd(&fd);
}
