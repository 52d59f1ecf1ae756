/* SPDX-License-Identifier: MIT
 * Names in a tar, as paths in an image. Pure. */
#ifndef OWVM_LAUNCHER_MKIMAGE_PATH_H
#define OWVM_LAUNCHER_MKIMAGE_PATH_H

/* The path from the image's root that a name in a tar means, without "." and empty parts; the
 * caller frees it. Returns 0, or -EINVAL with a sentence: it is absolute, goes up by "..", or is
 * none. */
int path_normalize(const char *name, char **ret_path, char **reterr_text);

#endif
