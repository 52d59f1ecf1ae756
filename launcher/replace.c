/* SPDX-License-Identifier: MIT
 * A small JSON file that is replaced at once: whoever reads it sees the old one or the new one. */
#include "launcher/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/text.h"

int replace_sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	OWNED_MEMORY char *directory =
		slash == NULL ? text_format(".") : text_format("%.*s", (int)(slash - path), path);
	OWNED_FD fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int replace_json(const char *path, const json_t *value)
{
	OWNED_MEMORY char *temporary = text_format("%s.XXXXXX", path);
	OWNED_FD fd = mkostemp(temporary, O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	errno = 0;
	if (json_dumpfd(value, fd, JSON_INDENT(2) | JSON_SORT_KEYS) < 0)
		r = errno == 0 ? -EIO : -errno;
	else if (fsync(fd) < 0 || rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	/* What is renamed counts, even where the directory cannot be flushed. */
	else
		(void)!replace_sync_directory(path);
	return r;
}
