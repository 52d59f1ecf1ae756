/* SPDX-License-Identifier: MIT
 * One overlay: a new qcow2 file over another one. */
#ifndef OWVM_LAUNCHER_DISK_OVERLAY_MAKE_H
#define OWVM_LAUNCHER_DISK_OVERLAY_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/home/vmdir.h"

#define OVERLAY_DEPTH_MAX 200 /* files below a disk; each costs QEMU fds, memory and time */

/* All borrowed. */
struct overlay_new {
	const struct vmdir *vmdir;
	const char *label; /* the name begins with that and the disk's number */
	size_t disk;
	const char *below;
	bool raw; /* what is below is no qcow2 image */
};

/* Make it, under a name in the directory that nothing has had; the disk has all of it, and what is
 * below it is noted, see disk/backing-notes.h. In any case overlay_unfinished_sweep() is to follow,
 * when the list has it. *ret_name is the caller's to free. Returns 0, or -errno with a sentence:
 * -E2BIG when there would be too many files below it. */
int overlay_make(const struct overlay_new *new, char **ret_name, char **reterr_text);

#endif
