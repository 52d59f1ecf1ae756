/* SPDX-License-Identifier: MIT
 * The directory of a VM that was created: what is in it, reached by its fd. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/home/vmdir.h"

#define JSON_MAX ((size_t)16 * 1024 * 1024) /* bytes: what is larger owrun did not write */

bool vmdir_has(const struct vmdir *vmdir, const char *name)
{
	struct stat st = {0};

	return fstatat(vmdir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

uint64_t vmdir_file_bytes(const struct vmdir *vmdir, const char *name)
{
	struct stat st = {0};

	return fstatat(vmdir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0
		       ? 0
		       : (uint64_t)st.st_blocks * 512;
}

bool vmdir_same(const struct vmdir *vmdir, const char *a, const char *b)
{
	struct stat first = {0}, second = {0};

	return fstatat(vmdir->fd, a, &first, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(vmdir->fd, b, &second, AT_SYMLINK_NOFOLLOW) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Why a file is not read: it may be another by now, but the sentence alone is about that. */
static int explain(const struct vmdir *vmdir, const char *name, int error, char **reterr_reason)
{
	OWNED_MEMORY char *path = text_format("%s/%s", vmdir->path, name);
	OWNED_MEMORY char *words = NULL;
	OWNED_MEMORY char *mend = NULL;
	struct stat st = {0};

	if (error != -EPERM || fstatat(vmdir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return text_fail(reterr_reason, error, "%s%s",
			error == -ELOOP || error == -EINVAL || error == -EFBIG ? "it " : "",
			own_phrase(error));
	words = own_words(&st);
	mend = own_mend(path, vmdir->uid);
	return text_fail(reterr_reason, error, "it %s %s%s", own_phrase(error), words, mend);
}

int vmdir_open_file(const struct vmdir *vmdir, const char *name, size_t max, char **reterr_reason)
{
	int fd = own_file_open(vmdir->fd, name, vmdir->uid, max);

	return fd < 0 ? explain(vmdir, name, fd, reterr_reason) : fd;
}

int vmdir_read(
	const struct vmdir *vmdir, const char *name, json_t **ret_value, char **reterr_reason)
{
	json_error_t error = {0};
	int r = own_file_json(vmdir->fd, name, vmdir->uid, JSON_MAX, ret_value, &error);

	if (r == -EBADMSG)
		return text_fail(reterr_reason, r, "line %d: %s", error.line, error.text);
	return r < 0 ? explain(vmdir, name, r, reterr_reason) : 0;
}

int vmdir_make_file(const struct vmdir *vmdir, const char *name)
{
	int fd =
		openat(vmdir->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

	return fd < 0 ? -errno : fd;
}

int vmdir_replace_file(const struct vmdir *vmdir, const char *name, const void *data, size_t size)
{
	struct stat st = {0};

	if (fstatat(vmdir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return atomic_file_save_bytes(vmdir->fd, name, st.st_mode & 0777, data, size);
}

int vmdir_link(const struct vmdir *vmdir, const char *old, const char *new)
{
	return linkat(vmdir->fd, old, vmdir->fd, new, 0) < 0 ? -errno : 0;
}

int vmdir_unlink(const struct vmdir *vmdir, const char *name)
{
	return unlinkat(vmdir->fd, name, 0) < 0 ? -errno : 0;
}

bool vmdir_is(const struct vmdir *vmdir, const char *path)
{
	struct stat ours = {0}, theirs = {0};

	return fstat(vmdir->fd, &ours) == 0 && stat(path, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

bool vmdir_is_linked(const struct vmdir *vmdir)
{
	struct stat st = {0};

	return fstat(vmdir->fd, &st) == 0 && st.st_nlink > 0;
}

bool vmdir_is_symlink(const struct vmdir *vmdir)
{
	struct stat st = {0};

	return lstat(vmdir->path, &st) == 0 && S_ISLNK(st.st_mode);
}

static const char *name_of(const struct vmdir *vmdir)
{
	return strrchr(vmdir->path, '/') + 1;
}

/* Open the directory above, in which this one still has its name. Returns a fd or -errno. */
static int open_above(const struct vmdir *vmdir)
{
	OWNED_FD above = openat(vmdir->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat ours = {0}, named = {0};

	if (above < 0 || fstat(vmdir->fd, &ours) < 0 ||
		fstatat(above, name_of(vmdir), &named, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (ours.st_dev != named.st_dev || ours.st_ino != named.st_ino)
		return -ENOENT;
	return cleanup_steal_fd(&above);
}

int vmdir_remove(const struct vmdir *vmdir)
{
	OWNED_FD above = open_above(vmdir);

	if (above < 0)
		return above;
	return unlinkat(above, name_of(vmdir), AT_REMOVEDIR) < 0 ? -errno : 0;
}

int vmdir_rename(struct vmdir *vmdir, const char *name)
{
	OWNED_FD above = open_above(vmdir);
	size_t length = (size_t)(name_of(vmdir) - vmdir->path);
	char *path = NULL;

	if (above < 0)
		return above;
	if (renameat2(above, name_of(vmdir), above, name, RENAME_NOREPLACE) < 0)
		return -errno;
	(void)!fsync(above);
	path = text_format("%.*s%s", (int)length, vmdir->path, name);
	free(vmdir->path);
	vmdir->path = path;
	return 0;
}

int vmdir_empty(const struct vmdir *vmdir)
{
	struct dirent **entries = NULL;
	int n = file_names(vmdir->fd, ".", &entries), r = n < 0 ? n : 0;

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		bool file = strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
		int removed = file ? vmdir_unlink(vmdir, name) : 0;

		r = r == 0 ? removed : r;
		free(entries[i]);
	}
	free(entries);
	return r;
}
