/* SPDX-License-Identifier: MIT
 * A directory of this host that the guest mounts by 9p: whether it can be.
 *
 * Without user attributes QEMU starts all the same, and the guest sees every chown and mkdir fail
 * with "Operation not supported". No table of file systems tells which have them (ext4 by mount
 * option, tmpfs since Linux 6.6, NFS by server), so it is tried. */
#include "launcher/host/share-check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define PROBE_ATTRIBUTE "user.owvm-probe"
#define LOOK_ENTRIES 1000 /* of a share, which may be huge, and on a slow network */
#define LOOK_DEPTH 3

/* A new file in the directory that has no name, or no longer. Returns the fd or -errno. */
static int open_nameless(const char *directory)
{
	OWNED_MEMORY char *name = NULL;
	int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* EISDIR: from kernels that do not know the flag at all. */
	if (errno != EOPNOTSUPP && errno != EISDIR)
		return -errno;
	name = text_format("%s/.owvm-probe-XXXXXX", directory);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(name);
	return fd;
}

static int check_attributes(const struct share *share, char **reterr_text)
{
	OWNED_FD fd = open_nameless(share->path);

	if (fd < 0)
		return text_fail(reterr_text, fd, "share '%s': no file can be made in it: %s",
			share->path, strerror(-fd));
	if (fsetxattr(fd, PROBE_ATTRIBUTE, "", 0, 0) < 0 && errno == EOPNOTSUPP)
		return text_fail(reterr_text, -EOPNOTSUPP,
			"share '%s' is on a file system without user attributes, which keep the guest's owners and modes; add ',shared' to do without them, or share a directory of another file system",
			share->path);
	return 0;
}

/* Nothing has that path: perhaps what was taken for a tag belongs to it. */
static int refuse_missing(const struct share *share, int error, char **reterr_text)
{
	OWNED_MEMORY char *whole = text_format("%s:%s", share->path, share->tag);

	if (error == ENOENT && access(whole, F_OK) == 0)
		return text_fail(reterr_text, -error,
			"share '%s': %s; for the directory '%s' give its tag too, as in '%s:" SHARE_TAG_DEFAULT
			"'",
			share->path, strerror(error), whole, whole);
	return text_fail(reterr_text, -error, "share '%s': %s", share->path, strerror(error));
}

static int refuse_unreadable(const struct share *share, int error, char **reterr_text)
{
	return text_fail(reterr_text, -error, "share '%s' cannot be read by you: %s", share->path,
		strerror(error));
}

int share_check(const struct share *share, char **reterr_text)
{
	struct stat st = {0};

	if (stat(share->path, &st) < 0)
		return errno == EACCES ? refuse_unreadable(share, errno, reterr_text)
				       : refuse_missing(share, errno, reterr_text);
	if (!S_ISDIR(st.st_mode))
		return text_fail(
			reterr_text, -ENOTDIR, "share '%s' is not a directory", share->path);
	if (access(share->path, R_OK | X_OK) < 0)
		return refuse_unreadable(share, errno, reterr_text);
	if (share->readonly)
		return 0;
	if (access(share->path, W_OK) < 0)
		return text_fail(reterr_text, -errno,
			"share '%s' cannot be written by you: %s; with ',ro' the guest only reads it",
			share->path, strerror(errno));
	return share->mode == SHARE_MAPPED ? check_attributes(share, reterr_text) : 0;
}

/* What a directory entry is: DT_LNK, DT_DIR or another. */
static unsigned char type_of(const struct dirent *entry, const char *path)
{
	struct stat st = {0};

	if (entry->d_type != DT_UNKNOWN || lstat(path, &st) < 0)
		return entry->d_type;
	return (unsigned char)IFTODT(st.st_mode);
}

/* Look at no more than *left entries. */
static char *find_link(const char *directory, int depth, unsigned int *left)
{
	DIR *stream = opendir(directory);
	const struct dirent *entry = NULL;
	char *found = NULL;

	if (stream == NULL)
		return NULL;
	while (found == NULL && *left > 0 && (entry = readdir(stream)) != NULL) {
		OWNED_MEMORY char *path = text_format("%s/%s", directory, entry->d_name);
		unsigned char type = type_of(entry, path);

		*left -= 1;
		if (type == DT_LNK)
			found = text_format("%s", path);
		else if (type == DT_DIR && depth > 1 && strcmp(entry->d_name, ".") != 0 &&
			 strcmp(entry->d_name, "..") != 0)
			found = find_link(path, depth - 1, left);
	}
	closedir(stream);
	return found;
}

char *share_find_link(const struct share *share)
{
	char *found = NULL;

	if (share->mode != SHARE_MAPPED)
		return NULL;
	/* What is at the top counts before what is deep in the first directory. */
	for (int depth = 1; found == NULL && depth <= LOOK_DEPTH; depth += LOOK_DEPTH - 1) {
		unsigned int left = LOOK_ENTRIES;

		found = find_link(share->path, depth, &left);
	}
	return found;
}
