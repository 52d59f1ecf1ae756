/* SPDX-License-Identifier: MIT
 * Names of images in the store. Pure. */
#ifndef OWVM_LAUNCHER_IMAGE_NAME_H
#define OWVM_LAUNCHER_IMAGE_NAME_H

#include <stdbool.h>

#define IMAGE_NAME_MAX 100 /* bytes */

/* Is it 1-100 of [A-Za-z0-9._-] with a letter or digit first? */
bool image_name_valid(const char *name);

/* A name out of a path or a URL: that of its file, without suffixes, with '-' for what a name may
 * not hold. The caller frees it. */
char *image_name_derive(const char *source);

/* Is it a URL, and not a path? */
bool image_name_is_url(const char *source);

/* The source as it may be kept and shown: a URL without the name and password that it may hold. The
 * caller frees it. */
char *image_name_plain(const char *source);

#endif
