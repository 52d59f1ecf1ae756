/* SPDX-License-Identifier: MIT
 * A small JSON file that is replaced at once: whoever reads it sees the old one or the new one. */
#include "launcher/base/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

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

static int replace(const char *path, const json_t *value, size_t flags, bool durable)
{
	OWNED_MEMORY char *temporary = text_format("%s.XXXXXX", path);
	OWNED_FD fd = mkostemp(temporary, O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	r = dump(value, fd, flags);
	if (r == 0 && ((durable && fsync(fd) < 0) || rename(temporary, path) < 0))
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}

int atomic_file_write(const char *path, const json_t *value)
{
	return replace(path, value, 0, false);
}

int atomic_file_save(const char *path, const json_t *value)
{
	int r = replace(path, value, JSON_SORT_KEYS, true);

	/* What is renamed counts, even where the directory cannot be flushed. */
	if (r == 0)
		(void)!atomic_file_sync_directory(path);
	return r;
}
