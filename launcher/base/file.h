/* SPDX-License-Identifier: MIT
 * Files and directories: what a path means, and small steps that several parts need. */
#ifndef OWVM_LAUNCHER_BASE_FILE_H
#define OWVM_LAUNCHER_BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read exactly size bytes at the offset, without moving the fd. */
bool file_read_at(int fd, uint64_t offset, void *data, size_t size);

/* Do both paths lead to the same file, which is there? */
bool file_same(const char *a, const char *b);

/* What the file is called in the kernel, wherever it is moved to: the caller frees it. NULL when it
 * is not there. */
char *file_id(const char *path);

/* The path as files in that directory name it, so that the directory can be moved: relative where
 * it is in there, else as it is. Points into path. */
const char *file_relative(const char *directory, const char *path);

/* Make the directory and those above it, mode 0700. Returns 0 or -errno with a sentence. */
int file_make_directory(const char *directory, char **reterr_text);

/* The entries of a directory in the order of their names, as scandir(3) gives them. */
int file_names(const char *directory, struct dirent ***ret_entries);

#endif
