/* SPDX-License-Identifier: MIT
 * Images that others could have written and that name further files.
 *
 * Theory of operation: QEMU opens what an image names as the user, so that an image of another user
 * is a way to the files of whoever starts it; and its owner can write another name there at any
 * time. An image counts as others' where one of them could have written it, or could put another in
 * its place. One that names nothing is only a disk, whosever it is, for a QEMU in its sandbox: that
 * can open what was seen and nothing else. Without one, and for qemu-img, it is refused.
 *
 * What is below an image is noted (disk/backing-notes.h), and where its data are is not: a guest
 * that has taken over QEMU can write any name there, so that nobody's image may name a file for
 * that. */
#ifndef OWVM_LAUNCHER_DISK_BACKING_OWN_H
#define OWVM_LAUNCHER_DISK_BACKING_OWN_H

#include "launcher/disk/backing.h"

/* Judge one image by what it was seen to have `below` it; NULL: nothing, or what the user has taken
 * as it is and was compared. It is not read again, as it could say something else by then.
 * Returns 0, or -EPERM with a sentence that names the owner, if it is another, and the way out. */
int backing_own_check(const char *image, const struct backing *below, char **reterr_text);

/* Look at a qcow2 image and all below it that is opened without a sandbox. Returns 0 or -errno as
 * above. */
int backing_own_check_all(const char *image, char **reterr_text);

#endif
