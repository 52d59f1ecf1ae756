/* SPDX-License-Identifier: MIT
 * A small file that is replaced at once: whoever reads it sees the old one or the new one. */
#include "launcher/base/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"

#define TRIES 100

/* What is written: JSON, or bytes. */
struct content {
	const json_t *value; /* NULL: the bytes */
	size_t flags;	     /* of the JSON */
	const void *data;
	size_t size;
	mode_t mode; /* of them */
};

static int dump(const struct content *content, int fd)
{
	if (content->value == NULL && fchmod(fd, content->mode) < 0)
		return -errno;
	if (content->value == NULL)
		return bytes_write(fd, content->data, content->size);
	errno = 0;
	if (json_dumpfd(content->value, fd, JSON_INDENT(2) | content->flags) == 0)
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

static int replace(int directory, const char *name, const struct content *content, bool durable)
{
	OWNED_MEMORY char *temporary = NULL;
	OWNED_FD fd = make_temporary(directory, name, &temporary);
	int r = fd < 0 ? fd : dump(content, fd);

	if (r == 0 &&
		((durable && fsync(fd) < 0) || renameat(directory, temporary, directory, name) < 0))
		r = -errno;
	if (r < 0 && temporary != NULL)
		unlinkat(directory, temporary, 0);
	return r;
}

int atomic_file_write(int directory, const char *name, const json_t *value)
{
	return replace(directory, name, &(struct content){.value = value}, false);
}

/* What is renamed counts, even where the directory cannot be flushed. */
static int save(int directory, const char *name, const struct content *content)
{
	int r = replace(directory, name, content, true);

	if (r == 0)
		(void)!fsync(directory);
	return r;
}

int atomic_file_save(int directory, const char *name, const json_t *value)
{
	const struct content content = {.value = value, .flags = JSON_SORT_KEYS};

	return save(directory, name, &content);
}

int atomic_file_save_bytes(
	int directory, const char *name, mode_t mode, const void *data, size_t size)
{
	const struct content content = {.data = data, .size = size, .mode = mode};

	return save(directory, name, &content);
}
