/* SPDX-License-Identifier: MIT
 * Small files of the host, below a root that tests move. */
#include "launcher/host/small-file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define TEXT_MAX 65536 /* bytes of a file that are looked at */

char *small_file_read(const char *root, const char *path)
{
	OWNED_MEMORY char *full = text_format("%s%s", root, path);
	OWNED_MEMORY char *text = calloc(1, TEXT_MAX + 1);
	OWNED_FD fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *read_text = NULL;
	size_t used = 0;
	ssize_t length = 0;

	if (text == NULL)
		abort();
	if (fd < 0)
		return NULL;
	do {
		length = read(fd, text + used, TEXT_MAX - used);
		used += length > 0 ? (size_t)length : 0;
	} while (length > 0 && used < TEXT_MAX);
	if (length < 0)
		return NULL;
	read_text = text;
	text = NULL;
	return read_text;
}

size_t small_file_numbers(const char *root, const char *path, int64_t *ret_numbers, size_t n)
{
	OWNED_MEMORY char *text = small_file_read(root, path);
	size_t count = 0;

	for (const char *at = text; at != NULL && count < n; count++) {
		size_t length = 0;
		uint32_t number = 0;

		at += strspn(at, " \t\n");
		length = strcspn(at, " \t\n");
		if (!number_parse(at, length, UINT32_MAX, &number))
			break;
		ret_numbers[count] = number;
		at += length;
	}
	return count;
}

int64_t small_file_number(const char *root, const char *path)
{
	int64_t number = SMALL_FILE_ABSENT;

	return small_file_numbers(root, path, &number, 1) == 1 ? number : SMALL_FILE_ABSENT;
}

int64_t small_file_of_link(const char *root, const char *link, const char *file)
{
	OWNED_MEMORY char *path = text_format("/sys/class/net/%s/%s", link, file);

	return small_file_number(root, path);
}

bool small_file_exists(const char *root, const char *path)
{
	OWNED_MEMORY char *full = text_format("%s%s", root, path);
	struct stat st = {0};

	return lstat(full, &st) == 0;
}
