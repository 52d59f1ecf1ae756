/* SPDX-License-Identifier: MIT
 * What comes in of an image, on its way: kept as it is, to go on from there, hashed, unpacked. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_FEED_H
#define OWVM_LAUNCHER_DOWNLOAD_FEED_H

#include <errno.h>
#include <sodium.h>

#include "launcher/download/unpack.h"
#include "launcher/image/store.h"

#define FEED_HEX_SIZE (2 * crypto_hash_sha256_BYTES + 1)

/* The end of a sentence about a write that failed. */
#define FEED_ROOM(error) ((error) == ENOSPC ? "; 'owrun images prune' may make room" : "")

struct feed {
	int output;   /* fd of the image, which is there and is written anew; the feed closes it */
	int part;     /* fd of what came in so far; -1: it is not kept; the feed closes it */
	uint64_t max; /* bytes of the image */
	uint64_t fed; /* bytes that came in */
	uint64_t behind; /* of those, bytes behind the end of an archive */
	crypto_hash_sha256_state hash;
	struct unpack unpack;
};

#define FEED_NONE \
	{ \
		.output = -1, .part = -1, .unpack = UNPACK_NONE \
	}

/* Begin, or begin anew: the image is empty, and then gets the first `kept` bytes of the part, which
 * has no more. Returns 0, or -errno with a sentence. */
int feed_start(struct feed *feed, uint64_t kept, char **reterr_text);

/* Give it more. Returns 0, or -errno with a sentence: -EBADMSG when it cannot be unpacked, whose
 * sentence has no subject. */
int feed_give(struct feed *feed, const void *data, size_t size, char **reterr_text);

/* That was all: the image is complete. Returns 0 and the SHA-256 of what came in, or -errno as
 * above. */
int feed_finish(struct feed *feed, char ret_sha256[FEED_HEX_SIZE], char **reterr_text);

/* Close all. */
void feed_close(struct feed *feed);

#endif
