/* SPDX-License-Identifier: MIT
 * What a release of OpenWrt says of its files. Pure, and what it reads is hostile. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_RELEASE_H
#define OWVM_LAUNCHER_DOWNLOAD_RELEASE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "launcher/download/spec.h"

#define RELEASE_HEX_SIZE 65 /* of a SHA-256, with the NUL */

/* Find a file in `sha256sums`: lines of a hash, a blank, ' ' or '*', and a name. */
bool release_find_hash(
	const char *sums, size_t size, const char *name, char ret_hex[RELEASE_HEX_SIZE]);

/* The name of the file that is meant, by `sha256sums` alone, which kernels and tars are named in,
 * and all of old releases. False: there is none; else *ret_name is the caller's to free. */
bool release_find_file(
	const char *sums, size_t size, const struct image_spec *spec, char **ret_name);

/* Can the text (or NULL) be a version, so that it may be a part of a URL and of a spec? */
bool release_is_version(const char *text);

/* The version that is meant, by .versions.json: the newest that it covers. Returns 0 and a text
 * that the caller frees, or -ENOENT with a sentence that names those that there are. */
int release_find_version(
	const json_t *versions, const char *meant, char **ret_version, char **reterr_text);

/* The name of the image that is meant, by profiles.json: one that is a file's. Returns 0 and a text
 * that the caller frees, or -ENOENT with a sentence that names what there is. */
int release_find_image(
	const json_t *profiles, const struct image_spec *spec, char **ret_name, char **reterr_text);

#endif
