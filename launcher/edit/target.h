/* SPDX-License-Identifier: MIT
 * Files of an image on their way to this host. */
#ifndef OWVM_LAUNCHER_EDIT_TARGET_H
#define OWVM_LAUNCHER_EDIT_TARGET_H

#include <stddef.h>

/* Make what comes by the stream, the records of a tree (see get.h), under a path of the host; a
 * directory that is there gets it under `name`. The stream is hostile: nothing outside of the path
 * is touched, no symlink is followed, and no file gets the rights of its owner in the image.
 * Devices and their like are left out and counted. Returns 0, or -errno with a sentence. */
int target_receive(
	int stream, const char *path, const char *name, size_t *ret_left_out, char **reterr_text);

#endif
