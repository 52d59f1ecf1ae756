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

#include "launcher/download/mirror.h"
#include "launcher/download/spec.h"
#include "launcher/image/store.h"

/* The newest image of the store that the spec means, which the caller gives back; NULL: none. */
json_t *openwrt_find(const struct image_store *store, const struct image_spec *spec);

/* Pull the image, unless the very same is there, by that name (NULL: by its file). Returns as
 * image_pull() does. */
int openwrt_pull(const struct mirror *mirror, const struct image_spec *spec, const char *name,
	const struct image_store *store, json_t **ret_image, char **reterr_text);

#endif
