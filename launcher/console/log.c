/* SPDX-License-Identifier: MIT
 * The end of a log file. */
#include "launcher/console/log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define TAIL_SIZE 2048 /* bytes */

off_t log_tail_offset(int fd, off_t max)
{
	struct stat st = {0};
	char data[TAIL_SIZE] = {0};
	const char *newline = NULL;
	ssize_t length = 0;
	off_t start = 0;

	if (fstat(fd, &st) < 0 || st.st_size <= max)
		return 0;
	start = st.st_size - max;
	length = pread(fd, data, sizeof(data), start);
	if (length > 0)
		newline = memchr(data, '\n', (size_t)length);
	return newline == NULL ? start : start + (newline - data) + 1;
}

off_t log_lines_offset(int fd, uint32_t lines)
{
	struct stat st = {0};
	char data[TAIL_SIZE];
	uint64_t newlines = 0;

	if (fstat(fd, &st) < 0 || lines == 0)
		return st.st_size;
	for (off_t end = st.st_size; end > 0;) {
		off_t start = end > TAIL_SIZE ? end - TAIL_SIZE : 0;

		if (pread(fd, data, (size_t)(end - start), start) != end - start)
			return 0;
		for (off_t i = end - 1; i >= start; i--)
			/* The last byte of the file ends a line, it begins none. */
			if (data[i - start] == '\n' && i + 1 < st.st_size && ++newlines == lines)
				return i + 1;
		end = start;
	}
	return 0;
}

/* The last TAIL_SIZE bytes of a file, with a NUL. False: there are none. */
static bool read_tail(int fd, char ret_data[TAIL_SIZE + 1])
{
	ssize_t length = -1;

	if (fd >= 0)
		length = pread(fd, ret_data, TAIL_SIZE, log_tail_offset(fd, TAIL_SIZE));
	if (length <= 0)
		return false;
	ret_data[length] = '\0';
	return true;
}

void log_print_tail(int fd, FILE *stream)
{
	char data[TAIL_SIZE + 1] = {0};
	char *rest = data, *line = NULL;

	if (!read_tail(fd, data))
		return;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line != '\0')
			text_print(stream, "  %s", line);
	}
}

bool log_is_empty(int fd)
{
	char data[TAIL_SIZE + 1] = {0};

	return !read_tail(fd, data);
}

bool log_mentions(int fd, const char *text)
{
	char data[TAIL_SIZE + 1] = {0};

	return read_tail(fd, data) && strstr(data, text) != NULL;
}
