/* SPDX-License-Identifier: MIT
 * Which file is below which qcow2 image, as owrun knows it.
 *
 * Theory of operation: QEMU writes to its disks, and so to what they say of the files below them; a
 * guest that has taken over QEMU could name any file of the user there, and the next start would
 * open the sandbox for it. So what an image says is noted when owrun sees it for the first time, or
 * has made it, and has to be the same from then on, whichever VM has the image. The notes are in a
 * file of the user's, .backing.json beside the VMs' directories, which QEMU cannot write to; an
 * image is known by its path. */
#ifndef OWVM_LAUNCHER_DISK_BACKING_NOTES_H
#define OWVM_LAUNCHER_DISK_BACKING_NOTES_H

#include "launcher/disk/backing.h"

/* Is what is below the image what was noted? What is seen for the first time is told and noted, and
 * with `trust` all is noted as it is, else see disk/backing-own.h; a note that cannot be written is
 * complained of on stderr.
 * Returns 0 with the chain; -EPERM when an image says something else now, or another -errno, with a
 * sentence. The chain is to be freed in any case. */
int backing_notes_check(
	const char *image, bool trust, struct backing_chain *ret_chain, char **reterr_text);

/* Note what this image, which owrun has just made, says; nothing of those below it. */
void backing_notes_made(const char *image);

/* Note what owrun is about to have an image say, besides what it says now: whichever it does when
 * that is cut short is right. backing_notes_made() ends it. */
void backing_notes_expect(const char *image, const struct backing *next);

/* An absolute directory had another name, which is that of a VM: what is noted of the images in it
 * holds for where they are now. */
void backing_notes_moved(const char *directory, const char *old_name);

#endif
