/* SPDX-License-Identifier: MIT
 * An image with an ext4, for tests, in the current directory. */
#include "tests/unit/filesystem/ext4-image.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "tests/unit/unit.h"

#define TIMEOUT 60000 /* ms */

char *ext4_image_run(const char *const *words)
{
	char *output = NULL, *error = NULL;

	if (tool_run((char *const *)(uintptr_t)words, -1, TIMEOUT, &output, &error) < 0)
		fail_msg("%s", error);
	return output;
}

void ext4_image_make(const char *features)
{
	const char *const words[] = {"mke2fs", "-q", "-F", "-t", "ext4", "-O", features, "-E",
		"offset=65536", "-N", "2000", EXT4_IMAGE, "20M", NULL};
	int fd = open(EXT4_IMAGE, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && ftruncate(fd, EXT4_IMAGE_SIZE) == 0);
	close(fd);
	free(ext4_image_run(words));
}

struct ext4 *ext4_image_open(bool write)
{
	struct ext4 *fs = NULL;
	char *error = NULL;
	int fd = open(EXT4_IMAGE, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (ext4_open(fd, EXT4_IMAGE_OFFSET, EXT4_IMAGE_SIZE - EXT4_IMAGE_OFFSET, write, &fs,
		    &error) < 0)
		fail_msg("%s", error);
	return fs;
}

void ext4_image_close(struct ext4 *fs)
{
	const char *const words[] = {"e2fsck", "-fn", EXT4_IMAGE_NAME, NULL};
	char *error = NULL;

	if (ext4_close(fs, &error) < 0)
		fail_msg("%s", error);
	free(ext4_image_run(words));
}

/* What debugfs says of it. Free it. */
char *ext4_image_ask(const char *request)
{
	const char *const words[] = {"debugfs", "-R", request, EXT4_IMAGE_NAME, NULL};

	return ext4_image_run(words);
}

void ext4_image_expect(const char *request, const char *part)
{
	char *said = ext4_image_ask(request);

	if (strstr(said, part) == NULL)
		fail_msg("%s: no '%s' in:\n%s", request, part, said);
	free(said);
}
