/* SPDX-License-Identifier: MIT
 * An image with an ext4, for tests, in the current directory. */
#ifndef OWVM_TESTS_UNIT_FILESYSTEM_EXT4_IMAGE_H
#define OWVM_TESTS_UNIT_FILESYSTEM_EXT4_IMAGE_H

#include "launcher/filesystem/ext4.h"

#define EXT4_IMAGE "img"
#define EXT4_IMAGE_OFFSET 65536		   /* where the file system begins */
#define EXT4_IMAGE_SIZE (24 << 20)	   /* of the file */
#define EXT4_IMAGE_FS_SIZE (20 << 20)	   /* of the file system */
#define EXT4_IMAGE_NAME "img?offset=65536" /* for e2fsprogs */

/* Make it, with these features and no others. */
void ext4_image_make(const char *features);

struct ext4 *ext4_image_open(bool write);

/* Close it, and fail where e2fsck finds something wrong. */
void ext4_image_close(struct ext4 *fs);

/* Run a program that must succeed. Returns what it printed: free it. */
char *ext4_image_run(const char *const *words);

/* What debugfs says of it, free it; and fail unless that is in it. */
char *ext4_image_ask(const char *request);
void ext4_image_expect(const char *request, const char *part);

#endif
