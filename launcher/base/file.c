/* SPDX-License-Identifier: MIT
 * Files and directories: what a path means, and small steps that several parts need. */
#include "launcher/base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

bool file_read_at(int fd, uint64_t offset, void *data, size_t size)
{
	return offset <= INT64_MAX && pread(fd, data, size, (off_t)offset) == (ssize_t)size;
}

bool file_same(const char *a, const char *b)
{
	struct stat first = {0}, second = {0};

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

char *file_id(const char *path)
{
	struct stat st = {0};

	if (stat(path, &st) < 0)
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

int file_make_directory(const char *directory, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s", directory);

	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST)
			return text_fail(
				reterr_text, -errno, "cannot make '%s': %s", path, strerror(errno));
		if (slash == NULL)
			return 0;
		*slash = '/';
	}
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int file_names(const char *directory, struct dirent ***ret_entries)
{
	return scandir(directory, ret_entries, NULL, by_name);
}
