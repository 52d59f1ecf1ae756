/* SPDX-License-Identifier: MIT
 * Files and directories: what a path means, and small steps that several parts need. */
#include "launcher/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"

bool file_read_at(int fd, uint64_t offset, void *data, size_t size)
{
	return offset <= INT64_MAX && pread(fd, data, size, (off_t)offset) == (ssize_t)size;
}

int file_write(const char *path, const char *text)
{
	OWNED_FD fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : bytes_write(fd, text, strlen(text));
}

bool file_same(const char *a, const char *b)
{
	struct stat first = {0}, second = {0};

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

char *file_absolute(const char *path)
{
	OWNED_MEMORY char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);

	return path[0] == '/' ? text_format("%s", path)
			      : text_format("%s/%s", here == NULL ? "" : here, path);
}

char *file_id(int from, const char *path)
{
	struct stat st = {0};

	if (fstatat(from, path, &st, 0) < 0)
		return NULL;
	return text_format("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
}

const char *file_relative(const char *directory, const char *path)
{
	size_t length = strlen(directory);
	bool inside = strncmp(path, directory, length) == 0 && path[length] == '/' &&
		      path[length + 1] != '\0' && path[length + 1] != '/';

	return inside ? path + length + 1 : path;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int file_names(int from, const char *directory, struct dirent ***ret_entries)
{
	return scandirat(from, directory, ret_entries, NULL, by_name);
}
