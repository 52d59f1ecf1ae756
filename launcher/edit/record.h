/* SPDX-License-Identifier: MIT
 * Files on their way between owrun and the child that has the image: what is known of each, and
 * what is in it. */
#ifndef OWVM_LAUNCHER_EDIT_RECORD_H
#define OWVM_LAUNCHER_EDIT_RECORD_H

#include "launcher/filesystem/ext4.h"

#define RECORD_TEXT_MAX 4096		    /* bytes of a path */
#define RECORD_SIZE_MAX ((uint64_t)1 << 40) /* bytes of a file */

struct record {
	struct ext4_file file; /* of a regular one `size` bytes follow */
	char *path;	       /* in the image, or below what was asked for; owned */
	char *target; /* of a symlink; else the name that it has in a directory at `path`; owned */
};

#define OWNED_RECORD __attribute__((cleanup(record_free))) struct record

void record_free(struct record *record);

/* Send what is known of a file. Returns 0, or -errno: -EPIPE when the other side has ended. */
int record_send(int fd, const struct record *record);

/* Take it. What comes is hostile: the texts have their lengths, the file its size, and that is all
 * that is known of them. Returns 1, 0 at the end, or -errno: -EBADMSG for what makes no sense. */
int record_receive(int fd, struct record *ret_record);

/* Take all of these bytes. Returns 0 or -errno; -EBADMSG where the end comes before. */
int record_take(int fd, void *data, size_t size);

#endif
