/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written: files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"

int own_file_check(int fd, uid_t uid, size_t max)
{
	struct stat st = {0};

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!own_by_fd(fd, &st, uid))
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
