/* SPDX-License-Identifier: MIT
 * Copies of large files, with holes for holes. */
#include "launcher/base/copy.h"

#include <errno.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/bytes.h"

#define TURN ((size_t)16 * 1024 * 1024) /* bytes, after which signals have their turn */
#define BUFFER 8192			/* bytes */

static bool is_ended(int signals)
{
	struct pollfd wait = {.fd = signals, .events = POLLIN};

	return poll(&wait, 1, 0) > 0;
}

/* From one file system to another the kernel does not copy everywhere. */
static ssize_t copy_by_hand(int from, off_t at, int to, off_t there, size_t size)
{
	char data[BUFFER];
	ssize_t length = pread(from, data, size < sizeof(data) ? size : sizeof(data), at);
	int r = length <= 0 ? 0 : bytes_write_at(to, data, (size_t)length, (uint64_t)there);

	if (length < 0)
		return -errno;
	return r < 0 ? r : length;
}

static ssize_t copy_some(int from, off_t at, int to, off_t there, size_t size)
{
	off_t source = at, target = there;
	ssize_t length = copy_file_range(from, &source, to, &target, size, 0);

	if (length >= 0)
		return length;
	if (errno == EXDEV || errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS)
		return copy_by_hand(from, at, to, there, size);
	return -errno;
}

/* Copy what is between two holes. */
static int copy_run(int from, off_t at, off_t end, int to, off_t there, int signals)
{
	while (at < end) {
		size_t left = (size_t)(end - at);
		ssize_t length = copy_some(from, at, to, there, left < TURN ? left : TURN);

		if (length < 0 && length != -EINTR)
			return (int)length;
		if (length == 0)
			return -EIO;
		if (is_ended(signals))
			return -EINTR;
		at += length > 0 ? length : 0;
		there += length > 0 ? length : 0;
	}
	return 0;
}

int copy_data(int from, off_t skip, int to, off_t seek, int signals)
{
	off_t at = skip;
	int r = 0;

	while (r == 0 && (at = lseek(from, at, SEEK_DATA)) >= 0) {
		off_t end = lseek(from, at, SEEK_HOLE);

		r = end < 0 ? -errno : copy_run(from, at, end, to, seek + (at - skip), signals);
		at = end;
	}
	/* ENXIO: there is no more. */
	return r < 0 || errno == ENXIO ? r : -errno;
}

int copy_file(int from, int to, int signals)
{
	struct stat st = {0};

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (fstat(from, &st) < 0 || ftruncate(to, st.st_size) < 0)
		return -errno;
	return copy_data(from, 0, to, 0, signals);
}
