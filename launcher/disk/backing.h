/* SPDX-License-Identifier: MIT
 * The files below a qcow2 image. */
#ifndef OWVM_LAUNCHER_DISK_BACKING_H
#define OWVM_LAUNCHER_DISK_BACKING_H

#include <stdbool.h>
#include <stddef.h>

#define BACKING_MAX 1000 /* files below one disk: what goes on for longer goes round */

/* What a qcow2 image says of the file below it. */
struct backing {
	char *name; /* as it stands in the image, which need not be absolute */
	char *path; /* where that is, seen from the image */
	bool qcow2; /* it is declared to be qcow2 itself */
};

struct backing_chain {
	struct backing *items;
	size_t n;
	bool ends; /* the last file is an image that has none below it */
};

/* Read the beginning of an image. Returns 1, 0 when nothing is below it, or -errno: -EINVAL when it
 * is no qcow2 image. */
int backing_read(const char *image, struct backing *ret_backing);
void backing_free(struct backing *backing);

/* Does the image keep its data in another file? No for what is no qcow2 image. */
bool backing_has_data_file(const char *image);

/* The backing file of an image, its backing file, and so on. The chain is followed only through
 * files that the image above declares to be qcow2: the content of a raw file is the guest's, who
 * could name any file there. A file that cannot be read has none. (QEMU's docs/interop/qcow2.txt)
 * Returns 0, or -ELOOP with a sentence; the chain is to be freed in any case. */
int backing_follow(const char *image, struct backing_chain *ret_chain, char **reterr_text);
void backing_chain_free(struct backing_chain *chain);

#define OWNED_CHAIN __attribute__((cleanup(backing_chain_free))) struct backing_chain

#endif
