/* SPDX-License-Identifier: MIT
 * A copy of a raw image that is changed, and takes its place in the end.
 *
 * Theory of operation: whatever ends owrun in between leaves the original as it was, and the copy,
 * whose name begins with a '.', as litter; the next owrun that makes one of the same image removes
 * it, as nobody has it locked. The original is locked as QEMU locks its disks, so that
 * no VM has it, nor gets it meanwhile, and by flock(2), so that no other owrun changes it. */
#ifndef OWVM_LAUNCHER_EDIT_SCRATCH_H
#define OWVM_LAUNCHER_EDIT_SCRATCH_H

#include <stdint.h>
#include <sys/types.h>

struct scratch {
	char *path; /* of the original, without symlinks */
	char *copy; /* of the copy; NULL: it has the original's name by now */
	int original;
	int fd; /* of the copy */
};

#define SCRATCH_NONE \
	{ \
		.original = -1, .fd = -1 \
	}
#define OWNED_SCRATCH __attribute__((cleanup(scratch_free))) struct scratch

/* Make an empty file beside an absolute path, whose name begins with a '.'; the caller frees that.
 * Those that killed ones have left are removed. Returns a fd that the caller owns, or -errno. */
int scratch_make_beside(const char *path, char **ret_path);

/* Keep QEMU from writing a disk as long as the fd is open, unless it does already. Returns 0, or
 * -EBUSY with a sentence. */
int scratch_lock(int fd, const char *path, char **reterr_text);

/* Open and lock the image, which the user may write, and make an empty file beside it. Returns 0,
 * or -errno with a sentence: -EBUSY when a VM has it, or another owrun. */
int scratch_open(const char *path, struct scratch *ret_scratch, char **reterr_text);

/* Make the file a copy: by reference where the file system can, else with holes for holes. */
int scratch_fill(const struct scratch *scratch, char **reterr_text);

/* Let it take the original's place, with its mode. Returns 0, or -errno with a sentence, and the
 * original is as it was: -EBUSY when another file has its name. */
int scratch_commit(struct scratch *scratch, char **reterr_text);

/* Remove the copy, unless it has taken the place. */
void scratch_free(struct scratch *scratch);

#endif
