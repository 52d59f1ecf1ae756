/* SPDX-License-Identifier: MIT
 * An image whose inside is looked at or changed, whatever its format. */
#ifndef OWVM_LAUNCHER_EDIT_EDIT_H
#define OWVM_LAUNCHER_EDIT_EDIT_H

#include <stdbool.h>

#include "launcher/edit/scratch.h"
#include "launcher/filesystem/partition.h"

/* What may be below a qcow2 image. */
enum edit_below {
	EDIT_ALONE, /* nothing */
	EDIT_NOTED, /* what was noted, see disk/backing-notes.h */
	EDIT_MADE,  /* owrun has just made it, and what is below is what it put there */
};

/* Which one. */
struct edit_disk {
	const char *path;
	bool qcow2; /* else it is raw */
	enum edit_below below;
	bool trust_backing;
	int signals; /* signalfd or -1: ends what takes long */
};

struct edit {
	struct edit_disk disk;
	struct scratch scratch; /* where it is changed */
	char *raw;		/* path of a copy of what is in a qcow2 image; NULL: none */
	int fd;			/* of that, or of what is only looked at */
	struct partition_table table;
	const struct partition *root; /* in the table */
	bool stood;		      /* on another image, as it does no more when it was changed */
};

#define EDIT_NONE \
	{ \
		.scratch = SCRATCH_NONE, .fd = -1 \
	}
#define OWNED_EDIT __attribute__((cleanup(edit_close))) struct edit

/* Open it, to look at it or, with `write`, to change a copy of it, and find its root file system.
 * Returns 0, or -errno with a sentence: -EBUSY when a VM has it, -EPERM where it would have a file
 * read that is not for that. The edit is to be closed in any case, and stays where it is. */
int edit_open(const struct edit_disk *disk, bool write, struct edit *ret_edit, char **reterr_text);

/* A fd of the image as a raw one; borrowed. */
int edit_fd(const struct edit *edit);

/* Put the name of the image before a sentence about it. Returns the error. */
int edit_fail(const struct edit *edit, int error, char **reterr_text);

/* Let the changed copy be the image. A qcow2 image stands alone from then on. Returns 0, or -errno
 * with a sentence, and the image is as it was. */
int edit_commit(struct edit *edit, char **reterr_text);

/* Close it, and remove what is left of copies. */
void edit_close(struct edit *edit);

/* The path of what is changed, as a raw image; borrowed. */
const char *edit_file(const struct edit *edit);

/* The path of a program of a Debian package, also from where users have no PATH to; the caller
 * frees it. NULL with a sentence where there is none. */
char *edit_find_program(const char *name, const char *package, char **reterr_text);

/* Run a program of a Debian package on that, in a sandbox in which it may read one more file. Its
 * name goes where argv[0] is. Returns 0, or -errno with a sentence. */
int edit_run_tool(const struct edit *edit, const char *name, const char *package,
	char *const argv[], const char *read, int timeout, char **reterr_text);

/* Have e2fsck play the journal of an ext4 in the copy, and repair what it does without questions.
 * Returns 0, or -errno with a sentence. */
int edit_repair(const struct edit *edit, const struct partition *partition, char **reterr_text);

#endif
