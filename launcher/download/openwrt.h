/* SPDX-License-Identifier: MIT
 * Images of OpenWrt's releases.
 *
 * Theory of operation: a release signs `sha256sums`, which has the hash of all that it is made of.
 * So that file and its signature come first, and nothing else of the release is believed before
 * they are: names come from its `profiles.json`, the image from what that names, each with its hash
 * checked. Which version is the newest is said by a file that nobody signs: it can keep a user on
 * an old release, and give him no other image. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_OPENWRT_H
#define OWVM_LAUNCHER_DOWNLOAD_OPENWRT_H

#include "launcher/download/spec.h"
#include "launcher/image/cache.h"

#define OPENWRT_MIRROR "https://downloads.openwrt.org"

/* All borrowed. */
struct openwrt {
	struct image_spec spec;
	const char *mirror; /* a URL without a '/' at its end */
	const char *key;    /* path of one more public key, or NULL */
	bool no_signature;  /* nothing is checked but what the mirror says itself */
	const char *name;   /* of the image; NULL: by its file */
	uint64_t max;	    /* bytes of the image */
	unsigned int timeout;
	bool quiet;
	int signals; /* signalfd, or -1 */
};

/* The newest image of the cache that the spec means, which the caller gives back; NULL: none. */
json_t *openwrt_find(const struct image_cache *cache, const struct image_spec *spec);

/* Pull the image, unless the very same is there. Returns as image_pull() does. */
int openwrt_pull(const struct openwrt *openwrt, const struct image_cache *cache, json_t **ret_image,
	char **reterr_text);

#endif
