/* SPDX-License-Identifier: MIT
 * A mirror of OpenWrt's releases: small files of it, and the one that is signed.
 *
 * Theory of operation: a release signs `sha256sums`, which has the hash of all that it is made of.
 * So nothing of a release is believed before the signature of that file was checked, and then only
 * what has a hash in it. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_MIRROR_H
#define OWVM_LAUNCHER_DOWNLOAD_MIRROR_H

#include "launcher/options/options.h"

#define MIRROR_URL "https://downloads.openwrt.org"

/* Where from, and how. All borrowed but the URL. */
struct mirror {
	char *url;	      /* without a '/' at its end */
	const char *key;      /* path of one more public key, or NULL */
	bool no_signature;    /* nothing is checked but what the mirror says itself */
	uint64_t max;	      /* bytes of an image */
	unsigned int timeout; /* seconds without a byte */
	bool quiet;
	int signals; /* signalfd, or -1 */
};

#define OWNED_MIRROR __attribute__((cleanup(mirror_free))) struct mirror

/* What the command line says of it. */
void mirror_init(struct mirror *ret_mirror, const struct options *options, int signals);
void mirror_free(struct mirror *mirror);

/* Get a file of at most `max` bytes, see fetch-text.h. */
int mirror_get(const struct mirror *mirror, const char *url, size_t max, char **ret_text,
	size_t *ret_size, char **reterr_text);

/* Get the `sha256sums` in that directory of that version, and check its signature. The caller frees
 * *ret_sums. Returns 0, or -errno with a sentence: -ENOENT when there is none. */
int mirror_get_sums(const struct mirror *mirror, const char *place, const char *version,
	char **ret_sums, size_t *ret_size, char **reterr_text);

#endif
