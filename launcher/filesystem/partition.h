/* SPDX-License-Identifier: MIT
 * The partitions of a raw image, and which of them is its root file system.
 *
 * The table is taken apart by libfdisk in a confined child, as the image may be hostile. What comes
 * back lies inside the image, one partition behind the other. */
#ifndef OWVM_LAUNCHER_FILESYSTEM_PARTITION_H
#define OWVM_LAUNCHER_FILESYSTEM_PARTITION_H

#include <stddef.h>
#include <stdint.h>

#define PARTITION_MAX 128

enum partition_table_kind { PARTITION_TABLE_NONE, PARTITION_TABLE_MBR, PARTITION_TABLE_GPT };

enum partition_content { PARTITION_OTHER, PARTITION_EXT4, PARTITION_SQUASHFS, PARTITION_FAT };

struct partition {
	unsigned int number; /* as in /dev/sdaN; 0: it is all of the image */
	uint64_t offset;     /* bytes */
	uint64_t size;	     /* likewise */
	enum partition_content content;
};

struct partition_table {
	enum partition_table_kind kind;
	struct partition items[PARTITION_MAX]; /* in the order of their offsets */
	size_t n;			       /* NONE: one item, which is all of the image */
};

/* Read the table of an image that is open for reading. An image without one that begins with a file
 * system has one item. Returns 0, or -errno with a sentence about the image: -EINVAL when
 * partitions overlap, end behind the image or are none. */
int partition_read(int fd, struct partition_table *ret_table, char **reterr_text);

/* The root file system: the squashfs, or the largest ext4. Points into the table. NULL: there is
 * neither. */
const struct partition *partition_find_root(const struct partition_table *table);

/* Is the table one to be believed, in an image of that size? Puts it in order. Pure. Returns 0, or
 * -EINVAL with a sentence. */
int partition_check(struct partition_table *table, uint64_t size, char **reterr_text);

#endif
