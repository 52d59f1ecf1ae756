/* SPDX-License-Identifier: MIT
 * Files of a running VM, by the fd of its directory. */
#include "launcher/runtime/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/say-once.h"
#include "launcher/base/text.h"

void runtime_file_leave_out(int directory, const char *file, const char *why)
{
	OWNED_MEMORY char *fd = text_format("/proc/self/fd/%d", directory);
	char path[PATH_MAX] = "";

	if (readlink(fd, path, sizeof(path) - 1) < 0)
		path[0] = '\0';
	say_once("'%s/%s' %s, so that it is left out", path, file, why);
}

int runtime_file_open(int directory, const char *file, size_t max)
{
	int fd = own_file_open(directory, file, geteuid(), max);

	if (fd < 0 && fd != -ENOENT)
		runtime_file_leave_out(directory, file, own_phrase(fd));
	return fd;
}

int runtime_file_make(int directory, const char *file, int flags)
{
	OWNED_FD fd = openat(directory, file,
		flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	int r = fd < 0 ? -errno : own_file_check(fd, geteuid(), RUNTIME_LOG_MAX);

	return r < 0 ? r : cleanup_steal_fd(&fd);
}

int runtime_file_write(int directory, const char *file, const char *text)
{
	OWNED_FD fd = runtime_file_make(directory, file, O_WRONLY);
	size_t length = strlen(text);
	ssize_t written = fd < 0 ? fd : pwrite(fd, text, length, 0);

	if (fd < 0)
		return fd;
	if (written != (ssize_t)length)
		return written < 0 ? -errno : -EIO;
	/* Only now, so that it is never empty in between. */
	return ftruncate(fd, written) < 0 ? -errno : 0;
}

bool runtime_file_is_there(int directory, const char *file)
{
	struct stat st = {0};

	return fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
