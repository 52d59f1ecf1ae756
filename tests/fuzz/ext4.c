/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as an image with an ext4, of which all is read and some is written.
 *
 * Most of an image is zeros: the input has what is not, each time the number of a granule of 16
 * bytes (two bytes, the low one first) and these. The corpus is made of images of mke2fs so. What
 * comes out as a name is one, and the image gets no larger. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/edit/get.h"
#include "launcher/filesystem/ext4.h"
#include "tests/fuzz/fuzz.h"

#define IMAGE_SIZE ((size_t)96 * 1024)
#define GRANULE ((size_t)16)

static int make_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	EXPECT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	return fd;
}

static bool expect_name(void *context, const char *name, uint32_t inode)
{
	(void)context;
	(void)inode;
	EXPECT(name[0] != '\0' && strlen(name) <= EXT4_NAME_MAX && strchr(name, '/') == NULL);
	return true;
}

static void try_reading(int fd, size_t size)
{
	static const char *const paths[] = {
		"/", "/etc/shadow", "/link/x", "/loop", "/dir/../dir/f"};
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct ext4 *fs = NULL;
	struct ext4_file file = {0};
	char *error = NULL;

	if (ext4_open(fd, 0, size, false, &fs, &error) == 0) {
		for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
			if (ext4_find(fs, paths[i], true, &file, &error) == 0 && S_ISDIR(file.mode))
				(void)!ext4_each(
					fs, paths[i], file.inode, expect_name, NULL, &error);
		(void)!get_list(fs, "/", nothing, &error);
		(void)!get_tree(fs, "/", nothing, &error);
		ext4_drop(fs);
	}
	close(nothing);
	free(error);
}

static void try_writing(int fd, size_t size)
{
	const struct ext4_file plain = {.mode = 0755, .mtime = 1};
	int content = make_file((const uint8_t *)"content", 7);
	struct ext4 *fs = NULL;
	char *error = NULL;

	if (ext4_open(fd, 0, size, true, &fs, &error) == 0) {
		(void)!ext4_make_parents(fs, "/new/dir/x", &error);
		(void)!ext4_put_symlink(fs, "/dir/f", "/etc", &plain, &error);
		lseek(content, 0, SEEK_SET);
		(void)!ext4_put_fd(fs, "/dir/f", &plain, content, &error);
		(void)!ext4_put_link(fs, "/link", "/etc/shadow", &error);
		(void)!ext4_put_xattr(fs, "/etc/shadow", "user.x", "y", 1, &error);
		(void)!ext4_put_symlink(fs, "/etc/shadow", "x", &plain, &error);
		ext4_set_now(fs, 1);
		(void)!ext4_close(fs, &error);
	}
	close(content);
	free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *image = calloc(1, IMAGE_SIZE);
	int fd = -1, kept = -1;
	struct stat st = {0};

	EXPECT(image != NULL);
	for (; size >= 2 + GRANULE; data += 2 + GRANULE, size -= 2 + GRANULE) {
		size_t number = data[0] | (size_t)data[1] << 8;

		memcpy(image + number % (IMAGE_SIZE / GRANULE) * GRANULE, data + 2, GRANULE);
	}
	try_reading(make_file(image, IMAGE_SIZE), IMAGE_SIZE);
	fd = make_file(image, IMAGE_SIZE);
	kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	try_writing(fd, IMAGE_SIZE);
	EXPECT(fstat(kept, &st) == 0 && st.st_size <= (off_t)IMAGE_SIZE);
	close(kept);
	free(image);
	return 0;
}
