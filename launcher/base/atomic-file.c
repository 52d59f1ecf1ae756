/* SPDX-License-Identifier: MIT
 * A small JSON file that is replaced at once: whoever reads it sees the old one or the new one. */
#include "launcher/base/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define TRIES 100

static int dump(const json_t *value, int fd, size_t flags)
{
	errno = 0;
	if (json_dumpfd(value, fd, JSON_INDENT(2) | flags) == 0)
		return 0;
	return errno == 0 ? -EIO : -errno;
}

/* Make a file that was not there, and give its name, which the caller frees. */
static int make_temporary(int directory, const char *name, char **ret_name)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t number = 0;
		int fd = -1;

		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return -EIO;
		*ret_name = text_format("%s.%016" PRIx64, name, number);
		fd = openat(directory, *ret_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
			S_IRUSR | S_IWUSR);
		if (fd >= 0)
			return fd;
		cleanup_free(ret_name);
		*ret_name = NULL;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int replace(int directory, const char *name, const json_t *value, size_t flags, bool durable)
{
	OWNED_MEMORY char *temporary = NULL;
	OWNED_FD fd = make_temporary(directory, name, &temporary);
	int r = fd < 0 ? fd : dump(value, fd, flags);

	if (r == 0 &&
		((durable && fsync(fd) < 0) || renameat(directory, temporary, directory, name) < 0))
		r = -errno;
	if (r < 0 && temporary != NULL)
		unlinkat(directory, temporary, 0);
	return r;
}

int atomic_file_write(int directory, const char *name, const json_t *value)
{
	return replace(directory, name, value, 0, false);
}

int atomic_file_save(int directory, const char *name, const json_t *value)
{
	int r = replace(directory, name, value, JSON_SORT_KEYS, true);

	/* What is renamed counts, even where the directory cannot be flushed. */
	if (r == 0)
		(void)!fsync(directory);
	return r;
}
