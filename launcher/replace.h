/* SPDX-License-Identifier: MIT
 * A small JSON file that is replaced at once: whoever reads it sees the old one or the new one. */
#ifndef OWVM_LAUNCHER_REPLACE_H
#define OWVM_LAUNCHER_REPLACE_H

#include <jansson.h>

/* Write a new file beside the path, mode 0600, let the disk have it, and rename it. Returns 0 or
 * -errno, and then the old file is as it was. */
int replace_json(const char *path, const json_t *value);

/* Let the disk have the names in the directory that the path is in. Returns 0 or -errno. */
int replace_sync_directory(const char *path);

#endif
