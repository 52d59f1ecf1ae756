/* SPDX-License-Identifier: MIT
 * Reading files that nobody but the administrator can have written. */
#include "policy/policy-trust.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "policy/policy-object.h"

/* Note what is wrong with `shown`. Returns the -errno that stands for it. */
static int fail(const struct policy_trust *trust, const char *shown, int error, const char *reason)
{
	policy_fail(trust->policy, trust->file, 0, 0, "'%s' %s", shown, reason);
	return error;
}

static int fail_open(const struct policy_trust *trust, const char *shown, int error)
{
	if (error == -ELOOP)
		return fail(trust, shown, error, "is a symbolic link");
	policy_fail(
		trust->policy, trust->file, 0, 0, "cannot open '%s': %s", shown, strerror(-error));
	return error;
}

/* Check what an fd refers to: type (S_IFDIR or S_IFREG), owner and mode. */
static int check(const struct policy_trust *trust, int fd, const char *shown, mode_t type,
	struct stat *ret_stat)
{
	bool directory = type == S_IFDIR;

	if (fstat(fd, ret_stat) < 0)
		return fail_open(trust, shown, -errno);
	if (S_ISLNK(ret_stat->st_mode))
		return fail(trust, shown, -ELOOP, "is a symbolic link");
	if ((ret_stat->st_mode & S_IFMT) != type)
		return fail(trust, shown, -EINVAL,
			directory ? "is not a directory" : "is not a regular file");
	if (ret_stat->st_uid != trust->owner && !(directory && ret_stat->st_uid == 0)) {
		policy_fail(trust->policy, trust->file, 0, 0,
			"'%s' belongs to uid %u, and must belong to uid %u", shown,
			ret_stat->st_uid, trust->owner);
		return -EPERM;
	}
	/* A sticky directory is no better: anybody can put a new name there. */
	if (ret_stat->st_mode & (S_IWGRP | S_IWOTH))
		return fail(trust, shown, -EPERM,
			"is writable by others than its owner: take that away with 'chmod go-w'");
	return 0;
}

int policy_trust_open_directory(const struct policy_trust *trust, int parent, const char *name,
	const char *shown, bool optional)
{
	OWNED_FD fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st = {0};
	int error = fd < 0 ? -errno : 0;

	if (error == -ENOENT && optional)
		return error;
	if (error < 0)
		return fail_open(trust, shown, error);
	error = check(trust, fd, shown, S_IFDIR, &st);
	return error < 0 ? error : cleanup_steal_fd(&fd);
}

int policy_trust_open_parent(
	const struct policy_trust *trust, const char *path, const char **ret_leaf)
{
	OWNED_FD fd = policy_trust_open_directory(trust, AT_FDCWD, "/", "/", false);
	char shown[POLICY_PATH_MAX + 1] = "";
	size_t start = 1;

	assert(path[0] == '/' && strlen(path) <= POLICY_PATH_MAX);
	for (size_t end = 1; fd >= 0 && path[end] != '\0'; end++) {
		int next = -1;

		if (path[end] != '/')
			continue;
		memcpy(shown, path, end);
		next = policy_trust_open_directory(trust, fd, shown + start, shown, false);
		cleanup_close(&fd);
		fd = next;
		start = end + 1;
		shown[end] = '/';
	}
	if (fd >= 0)
		*ret_leaf = path + start;
	return cleanup_steal_fd(&fd);
}

static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, buffer + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* Read what fstat(2) says is there. Returns NULL after noting an error. */
static char *read_regular(
	const struct policy_trust *trust, int fd, const struct stat *st, size_t *ret_size)
{
	/* One byte more shows a file that grows. */
	size_t size = (size_t)st->st_size + 1;
	char *text = policy_need(malloc(size));
	ssize_t length = 0;

	length = read_all(fd, text, size);
	if (length == st->st_size) {
		*ret_size = (size_t)length;
		return text;
	}
	if (length < 0)
		policy_fail(trust->policy, trust->file, 0, 0, "cannot read '%s': %s", trust->file,
			strerror((int)-length));
	else
		fail(trust, trust->file, -EAGAIN, "changed while it was read");
	free(text);
	return NULL;
}

char *policy_trust_read(const struct policy_trust *trust, int parent, const char *name,
	bool optional, size_t *ret_size)
{
	/* O_NONBLOCK: a FIFO must not hold us up before it is refused. */
	OWNED_FD fd =
		openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st = {0};

	if (fd < 0 && errno == ENOENT && optional)
		return NULL;
	if (fd < 0) {
		fail_open(trust, trust->file, -errno);
		return NULL;
	}
	if (check(trust, fd, trust->file, S_IFREG, &st) < 0)
		return NULL;
	if (st.st_size > POLICY_FILE_MAX) {
		fail(trust, trust->file, -EFBIG, "is larger than one MiB");
		return NULL;
	}
	return read_regular(trust, fd, &st, ret_size);
}
