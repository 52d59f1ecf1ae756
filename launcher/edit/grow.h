/* SPDX-License-Identifier: MIT
 * A disk that becomes larger than the image that it is made of, with the root file system in it. */
#ifndef OWVM_LAUNCHER_EDIT_GROW_H
#define OWVM_LAUNCHER_EDIT_GROW_H

#include <stdbool.h>
#include <stdint.h>

/* All borrowed. */
struct grow {
	const char *disk;  /* a qcow2 image that was just made; an absolute path */
	const char *below; /* what it is an overlay over; NULL: it stands alone */
	bool raw;	   /* what is below is */
	uint64_t size;	   /* bytes that it is to have */
	int signals;	   /* signalfd or -1 */
};

/* Do it. The root file system grows with it where that is an ext4 that fills the disk, or its last
 * partition by an MBR; what is in the disk is hostile, so resize2fs runs in a sandbox. Returns 1
 * where it did, 0 where only the disk grew, or -errno with a sentence: -EINVAL where the disk would
 * shrink. */
int grow_disk(const struct grow *grow, char **reterr_text);

#endif
