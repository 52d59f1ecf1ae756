/* SPDX-License-Identifier: MIT
 * Pulling an image into the store, from a URL or a file. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_PULL_H
#define OWVM_LAUNCHER_DOWNLOAD_PULL_H

#include "launcher/image/store.h"

#define PULL_SIZE_MAX (UINT64_C(64) << 30) /* bytes of an image, where nothing else is said */

/* What it must be. */
enum pull_what { PULL_IMAGE, PULL_KERNEL, PULL_TAR };

/* All borrowed. */
struct pull {
	enum pull_what what;
	const char *source;   /* a URL or a path */
	const char *name;     /* of the image, which is valid */
	const char *sha256;   /* of the source, in hex; NULL: not known */
	const char *verified; /* what says that this hash is the genuine one; NULL: nothing */
	const json_t *about;  /* what an image of OpenWrt is, for its note; NULL: it is none */
	uint64_t max;	      /* bytes of the image */
	unsigned int timeout; /* seconds without a byte */
	bool quiet;
	int signals; /* signalfd, or -1 */
};

/* Pull it, unless it is there. What it says on stderr is about the way there. *ret_image is the
 * note about it, which the caller gives back. Returns 1 when it was there, 0, or -errno with a
 * sentence; then the store is as it was, but for what a download can go on from. */
int image_pull(const struct pull *pull, const struct image_store *store, json_t **ret_image,
	char **reterr_text);

#endif
