/* SPDX-License-Identifier: MIT
 * What the child that has an image tells of the files in it. */
#ifndef OWVM_LAUNCHER_EDIT_GET_H
#define OWVM_LAUNCHER_EDIT_GET_H

#include "launcher/filesystem/ext4.h"

/* Write what is in a file to a fd. Each of these returns 0, or -errno with a sentence. */
int get_content(struct ext4 *fs, const char *path, int output, char **reterr_text);

/* Write a record (see record.h) for each file in a directory, or for the one file that is there;
 * its path is its name. */
int get_list(struct ext4 *fs, const char *path, int output, char **reterr_text);

/* Write records of a file and of all below it, with their content; paths begin below it, and its
 * own is empty. A directory that is in two places is refused, as that goes on for ever. */
int get_tree(struct ext4 *fs, const char *path, int output, char **reterr_text);

#endif
