/* SPDX-License-Identifier: MIT
 * An empty ext4, as mke2fs(8) would make it. */
#ifndef OWVM_LAUNCHER_FILESYSTEM_EXT4_MAKE_H
#define OWVM_LAUNCHER_FILESYSTEM_EXT4_MAKE_H

#include <stdint.h>

#define EXT4_UUID_SIZE 16

/* Make one that takes the first `size` bytes of a file, which are all zero: a root directory with
 * "lost+found", and a journal where it is large enough for one. `id` is its UUID, and what names
 * in directories are hashed with; `now`, in seconds since 1970, when it was made. The same values
 * make the same bytes. The fd is owned from then on, also after an error. Returns 0, or -errno with
 * a sentence about the image. */
int ext4_make(
	int fd, uint64_t size, const uint8_t id[EXT4_UUID_SIZE], int64_t now, char **reterr_text);

#endif
