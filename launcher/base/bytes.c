/* SPDX-License-Identifier: MIT
 * All of some bytes, to and from fds that block, whatever a single call does. */
#include "launcher/base/bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int bytes_write(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t length = write(fd, at, size);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		at += length;
		size -= (size_t)length;
	}
	return 0;
}

int bytes_write_at(int fd, const void *data, size_t size, uint64_t offset)
{
	const char *at = data;

	while (size > 0) {
		ssize_t length = pwrite(fd, at, size, (off_t)offset);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		at += length;
		size -= (size_t)length;
		offset += (uint64_t)length;
	}
	return 0;
}

ssize_t bytes_read(int fd, void *data, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t length = read(fd, (char *)data + used, size - used);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			break;
		used += (size_t)length;
	}
	return (ssize_t)used;
}

bool bytes_are_zero(const void *data, size_t size)
{
	const char *first = data;

	return *first == 0 && memcmp(first, first + 1, size - 1) == 0;
}
