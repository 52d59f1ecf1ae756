/* SPDX-License-Identifier: MIT
 * A copy of a raw image that is changed, and takes its place in the end. */
#include "launcher/edit/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/copy.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"

/* Bytes that QEMU locks of a disk (block/file-posix.c): who writes holds the first, who lets nobody
 * write the second. */
#define QEMU_WRITES 101
#define QEMU_KEEPS_WRITERS_OUT 201

/* What follows the image's name in that of a copy, which no user chooses. */
#define MARK ".owrun-"
#define RANDOM "XXXXXX"

static int say(const char *path, int error, char **reterr_text)
{
	return text_fail(reterr_text, error, "cannot change '%s': %s", path, strerror(-error));
}

/* A file system without locks has no VM that holds any. */
int scratch_lock(int fd, const char *path, char **reterr_text)
{
	struct flock keep = {.l_type = F_RDLCK,
		.l_whence = SEEK_SET,
		.l_start = QEMU_KEEPS_WRITERS_OUT,
		.l_len = 1};
	struct flock writes = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = QEMU_WRITES, .l_len = 1};

	if (fcntl(fd, F_OFD_SETLK, &keep) < 0 && errno != EAGAIN && errno != EACCES)
		return 0;
	if (fcntl(fd, F_OFD_GETLK, &writes) < 0 || writes.l_type == F_UNLCK)
		return 0;
	return text_fail(reterr_text, -EBUSY,
		"'%s' is in use by a VM that writes to it; 'owrun ls' lists VMs, 'owrun stop' ends one",
		path);
}

/* Is the original still what has the name? */
static bool is_there(const struct scratch *scratch, const struct stat *st)
{
	struct stat now = {0};

	return stat(scratch->path, &now) == 0 && now.st_dev == st->st_dev &&
	       now.st_ino == st->st_ino;
}

/* Two copies of one image would each lack what the other got. */
static int claim(const struct scratch *scratch, const struct stat *st, char **reterr_text)
{
	if (flock(scratch->original, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return text_fail(
			reterr_text, -EBUSY, "another owrun is changing '%s'", scratch->path);
	/* It may have done so since the file was opened. */
	if (!is_there(scratch, st))
		return text_fail(
			reterr_text, -EBUSY, "'%s' is another file meanwhile", scratch->path);
	return 0;
}

static int open_original(struct scratch *scratch, char **reterr_text)
{
	struct stat st = {0};
	int r = 0;

	scratch->original = open(scratch->path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (scratch->original < 0 || fstat(scratch->original, &st) < 0)
		return say(scratch->path, -errno, reterr_text);
	if (!S_ISREG(st.st_mode))
		return text_fail(reterr_text, -EINVAL, "'%s' is no regular file", scratch->path);
	if (st.st_uid != geteuid())
		return text_fail(reterr_text, -EPERM,
			"'%s' is of another user, and the file in its place would be yours",
			scratch->path);
	r = claim(scratch, &st, reterr_text);
	return r < 0 ? r : scratch_lock(scratch->original, scratch->path, reterr_text);
}

/* Mark a copy as being in use, at a byte that QEMU leaves alone; its children have that lock too.
 * False when it is in use, or that cannot be known. */
static bool hold(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/* Remove a copy that its maker has left. */
static void reap(int directory, const char *name)
{
	OWNED_FD fd =
		openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st = {0};

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
		hold(fd))
		(void)!unlinkat(directory, name, 0);
}

static void reap_all(const char *path, const char *slash)
{
	OWNED_MEMORY char *above = text_format("%.*s/", (int)(slash - path), path);
	OWNED_MEMORY char *start = text_format(".%s" MARK, slash + 1);
	OWNED_FD directory = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries = NULL;
	int n = directory < 0 ? 0 : file_names(directory, ".", &entries);

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (strncmp(name, start, strlen(start)) == 0 &&
			strlen(name) == strlen(start) + strlen(RANDOM))
			reap(directory, name);
		free(entries[i]);
	}
	free(entries);
}

int scratch_make_beside(const char *path, char **ret_path)
{
	const char *slash = strrchr(path, '/');
	OWNED_MEMORY char *copy =
		text_format("%.*s/.%s" MARK RANDOM, (int)(slash - path), path, slash + 1);
	int fd = -1;

	reap_all(path, slash);
	fd = mkostemp(copy, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* A file system without locks has copies that nobody removes. */
	(void)!hold(fd);
	*ret_path = copy;
	copy = NULL;
	return fd;
}

static int make_copy(struct scratch *scratch, char **reterr_text)
{
	scratch->fd = scratch_make_beside(scratch->path, &scratch->copy);
	return scratch->fd >= 0
		       ? 0
		       : text_fail(reterr_text, scratch->fd, "cannot make a copy beside '%s': %s",
				 scratch->path, strerror(-scratch->fd));
}

int scratch_open(const char *path, struct scratch *ret_scratch, char **reterr_text)
{
	OWNED_SCRATCH scratch = SCRATCH_NONE;
	int r = own_lead_check(path, geteuid(), reterr_text);

	if (r < 0)
		return r;
	scratch.path = realpath(path, NULL);
	if (scratch.path == NULL)
		return say(path, -errno, reterr_text);
	r = open_original(&scratch, reterr_text);
	if (r == 0)
		r = make_copy(&scratch, reterr_text);
	if (r < 0)
		return r;
	*ret_scratch = scratch;
	scratch = (struct scratch)SCRATCH_NONE;
	return 0;
}

int scratch_fill(const struct scratch *scratch, char **reterr_text)
{
	int r = copy_file(scratch->original, scratch->fd, -1);

	return r < 0 ? text_fail(
			       reterr_text, r, "cannot copy '%s': %s", scratch->path, strerror(-r))
		     : 0;
}

int scratch_commit(struct scratch *scratch, char **reterr_text)
{
	struct stat st = {0};

	if (fstat(scratch->original, &st) < 0)
		return say(scratch->path, -errno, reterr_text);
	if (!is_there(scratch, &st))
		return text_fail(
			reterr_text, -EBUSY, "'%s' is another file meanwhile", scratch->path);
	if (fchmod(scratch->fd, st.st_mode & 07777) < 0 || fsync(scratch->fd) < 0 ||
		rename(scratch->copy, scratch->path) < 0)
		return say(scratch->path, -errno, reterr_text);
	free(scratch->copy);
	scratch->copy = NULL;
	return 0;
}

void scratch_free(struct scratch *scratch)
{
	if (scratch->copy != NULL)
		unlink(scratch->copy);
	free(scratch->copy);
	free(scratch->path);
	cleanup_close(&scratch->original);
	cleanup_close(&scratch->fd);
}
