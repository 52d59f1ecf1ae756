/* SPDX-License-Identifier: MIT
 * A command that runs in an image, as its root, while the user has no privilege.
 *
 * Theory of operation: what is in the image is hostile, to fuse2fs, which reads it, and as what
 * the command runs. Three rings stand around it. A user namespace maps the image's ids to the
 * user's subordinate ones, so that the image's root is neither the user nor root, and can signal,
 * trace and read nothing of them. A mount namespace has a root that holds the system's libraries
 * and nothing of the user's, where fuse2fs runs; a second one, in that, has the image's root and
 * nothing else, where the command runs: what was the root before is gone. Namespaces of processes
 * end all that was started as soon as the command ends. The command has neither the capabilities
 * to mount nor the calls to make further namespaces, and it gets no privilege by a file. */
#ifndef OWVM_LAUNCHER_CHROOT_CHROOT_H
#define OWVM_LAUNCHER_CHROOT_CHROOT_H

#include <stdbool.h>
#include <stdint.h>

#define CHROOT_FAILED 125 /* exit status when it is not the command that failed, as of chroot(1) */

struct chroot {
	int image;	 /* fd of a raw image, which is changed */
	uint64_t offset; /* bytes, where its ext2, ext3 or ext4 file system begins */
	bool network;	 /* the user's own; else there is none */
	char *const *argv;
	int signals; /* signalfd: what ends it; on a terminal Ctrl-C is the command's alone */
};

/* Can this host do that? Returns 0, or -errno with a sentence that has the reason. */
int chroot_check(char **reterr_text);

/* Run the command to its end. *ret_status is its exit status, 128 and the signal's number when one
 * ended it. When that is 0 the file system is sound, as e2fsck says, and all of it is written.
 * Returns 0, or -errno with a sentence, and then *ret_status is what owrun ends with; the image is
 * of no use any more. */
int chroot_run(const struct chroot *chroot, int *ret_status, char **reterr_text);

#endif
