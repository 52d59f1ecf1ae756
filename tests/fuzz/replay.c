/* SPDX-License-Identifier: MIT
 * Feeds every file of a folder to a fuzz target: its corpus as a regression test.
 *
 * usage: TARGET-replay FOLDER */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "tests/fuzz/fuzz.h"

/* Returns 0 or -errno. The buffer has exactly the size of the file, so that ASan sees each byte
 * that is read behind it. */
static int replay(int folder, const char *name)
{
	OWNED_FD fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	OWNED_MEMORY uint8_t *data = NULL;
	struct stat status = {.st_size = 0};
	ssize_t size = 0;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	data = malloc((size_t)status.st_size);
	if (data == NULL && status.st_size > 0)
		return -ENOMEM;
	size = read(fd, data, (size_t)status.st_size);
	if (size < 0)
		return -errno;
	if (size != status.st_size)
		return -EIO;
	LLVMFuzzerTestOneInput(data, (size_t)size);
	return 0;
}

int main(int argc, char *argv[])
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry = NULL;
	size_t n = 0;

	if (folder == NULL) {
		fprintf(stderr, "usage: %s FOLDER, one that can be read\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder)) != NULL) {
		int error = 0;

		if (entry->d_name[0] == '.')
			continue;
		error = replay(dirfd(folder), entry->d_name);
		if (error < 0) {
			fprintf(stderr, "%s/%s: %s\n", argv[1], entry->d_name, strerror(-error));
			return 1;
		}
		n++;
	}
	closedir(folder);
	if (n == 0) {
		fprintf(stderr, "%s: the corpus is empty\n", argv[1]);
		return 1;
	}
	/* As cmocka says it: tests/lib/tally.py counts these lines. */
	printf("%zu files\n[       OK ] corpus\n", n);
	return 0;
}
