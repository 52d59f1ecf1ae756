/* SPDX-License-Identifier: MIT
 * Files of an image that are looked at: a child has the image, as it may be hostile. */
#ifndef OWVM_LAUNCHER_EDIT_LOOK_H
#define OWVM_LAUNCHER_EDIT_LOOK_H

#include <stddef.h>

#include "launcher/edit/edit.h"
#include "launcher/sandbox/worker.h"

enum look_kind {
	LOOK_CONTENT, /* the bytes of one file */
	LOOK_LIST,    /* a record (see record.h) of each file in a directory, without its content */
	LOOK_TREE,    /* records of a file and of all below it, with what is in them */
};

struct look {
	struct worker worker;
	int stream; /* what the child sends, as hostile as the image */
};

#define LOOK_NONE \
	{ \
		.worker = WORKER_NONE, .stream = -1 \
	}
#define OWNED_LOOK __attribute__((cleanup(look_stop))) struct look

/* Begin to look at a path of the root file system; symlinks lead to what is in it. Returns 0, or
 * -errno with a sentence. */
int look_start(const struct edit *edit, const char *path, enum look_kind kind,
	struct look *ret_look, char **reterr_text);

/* All was read: wait for the end of the child. Returns 0, or -errno with a sentence. */
int look_finish(struct look *look, const struct edit *edit, char **reterr_text);

/* End it as it is. */
void look_stop(struct look *look);

/* What is in a small file, of which the caller frees the text; NULL: there is none, or it is larger
 * than `max` bytes. */
char *look_read(const struct edit *edit, const char *path, size_t max);

#endif
