/* SPDX-License-Identifier: MIT
 * A small JSON file that is replaced at once: whoever reads it sees the old one or the new one. */
#include "launcher/base/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define TRIES 16 /* names that nobody else has */

int atomic_file_sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	OWNED_MEMORY char *directory =
		slash == NULL ? text_format(".") : text_format("%.*s", (int)(slash - path), path);
	OWNED_FD fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int dump(const json_t *value, int fd, size_t flags)
{
	errno = 0;
	if (json_dumpfd(value, fd, JSON_INDENT(2) | flags) == 0)
		return 0;
	return errno == 0 ? -EIO : -errno;
}

/* A new file beside the path, mode 0600; the caller owns its fd and frees its name. */
static int make_beside(int directory, const char *path, char **ret_name)
{
	for (int i = 0; i < TRIES; i++) {
		uint32_t number = 0;
		OWNED_MEMORY char *name = NULL;
		int fd = -1;

		if (getrandom(&number, sizeof(number), 0) < 0)
			return -errno;
		name = text_format("%s.%08x", path, number);
		fd = openat(
			directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
		if (fd >= 0) {
			*ret_name = name;
			name = NULL;
			return fd;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int replace(int directory, const char *path, const json_t *value, size_t flags, bool durable)
{
	OWNED_MEMORY char *temporary = NULL;
	OWNED_FD fd = make_beside(directory, path, &temporary);
	int r = 0;

	if (fd < 0)
		return fd;
	r = dump(value, fd, flags);
	if (r == 0 &&
		((durable && fsync(fd) < 0) || renameat(directory, temporary, directory, path) < 0))
		r = -errno;
	if (r < 0)
		unlinkat(directory, temporary, 0);
	return r;
}

int atomic_file_write(int directory, const char *name, const json_t *value)
{
	return replace(directory, name, value, 0, false);
}

int atomic_file_save(const char *path, const json_t *value)
{
	int r = replace(AT_FDCWD, path, value, JSON_SORT_KEYS, true);

	/* What is renamed counts, even where the directory cannot be flushed. */
	if (r == 0)
		(void)!atomic_file_sync_directory(path);
	return r;
}
