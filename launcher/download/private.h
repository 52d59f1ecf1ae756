/* SPDX-License-Identifier: MIT
 * Steps of pulling an image that are files of their own. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_PRIVATE_H
#define OWVM_LAUNCHER_DOWNLOAD_PRIVATE_H

#include <stdint.h>

#include "launcher/download/feed.h"
#include "launcher/download/pull.h"
#include "launcher/image/kind.h"

/* What the child of unpack.h does: unpack all of a stream into an empty file. Returns 0, or -errno
 * with a sentence without its subject. */
int unpack_stream(int input, int output, uint64_t max, char **reterr_text);

/* An image while it is pulled. */
struct pull_work {
	const struct pull *pull;
	const struct image_store *store;
	char *fresh;	 /* name of the file that is made */
	char *converted; /* name of what is made of that, where it has to be */
	char sha256[FEED_HEX_SIZE];
	enum image_kind kind;
};

/* Make an empty file in the store, where one of an owrun that was killed may be. Returns a fd for
 * reading and writing that the caller owns, or -errno with a sentence. */
int pull_make_file(const struct image_store *store, const char *name, char **reterr_text);

/* Get all of it into work->fresh, unpacked, with its hash checked and its kind seen. *ret_resumed:
 * part of it was there from before. Returns 0, or -errno with a sentence: -EBADMSG when it is not
 * what it should be. */
int pull_take(struct pull_work *work, bool *ret_resumed, char **reterr_text);

#endif
