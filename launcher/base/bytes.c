/* SPDX-License-Identifier: MIT
 * All of some bytes, to and from fds that block, whatever a single call does. */
#include "launcher/base/bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Where the fd is, or (`offset`) there. */
static ssize_t write_some(int fd, const void *data, size_t size, const off_t *offset)
{
	return offset == NULL ? write(fd, data, size) : pwrite(fd, data, size, *offset);
}

static ssize_t read_some(int fd, void *data, size_t size, const off_t *offset)
{
	return offset == NULL ? read(fd, data, size) : pread(fd, data, size, *offset);
}

static int write_all(int fd, const void *data, size_t size, off_t *offset)
{
	const char *at = data;

	while (size > 0) {
		ssize_t length = write_some(fd, at, size, offset);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		at += length;
		size -= (size_t)length;
		if (offset != NULL)
			*offset += length;
	}
	return 0;
}

static ssize_t read_all(int fd, void *data, size_t size, off_t *offset)
{
	size_t used = 0;

	while (used < size) {
		ssize_t length = read_some(fd, (char *)data + used, size - used, offset);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			break;
		used += (size_t)length;
		if (offset != NULL)
			*offset += length;
	}
	return (ssize_t)used;
}

int bytes_write(int fd, const void *data, size_t size)
{
	return write_all(fd, data, size, NULL);
}

int bytes_write_at(int fd, const void *data, size_t size, uint64_t offset)
{
	off_t at = (off_t)offset;

	return write_all(fd, data, size, &at);
}

ssize_t bytes_read(int fd, void *data, size_t size)
{
	return read_all(fd, data, size, NULL);
}

ssize_t bytes_read_at(int fd, void *data, size_t size, uint64_t offset)
{
	off_t at = (off_t)offset;

	return read_all(fd, data, size, &at);
}

bool bytes_are_zero(const void *data, size_t size)
{
	const char *first = data;

	return *first == 0 && memcmp(first, first + 1, size - 1) == 0;
}
