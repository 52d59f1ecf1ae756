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

/* Write the text into a file that is there. Returns 0 or -errno. */
int file_write(const char *path, const char *text);

/* Do both paths lead to the same file, which is there? */
bool file_same(const char *a, const char *b);

/* The path as one from the root, with what is the current directory now; the caller frees it. */
char *file_absolute(const char *path);

/* What the file is called in the kernel, wherever it is moved to: the caller frees it. NULL when it
 * is not there; a relative path is one in the directory `from`. */
char *file_id(int from, const char *path);

/* The path as files in that directory name it, so that the directory can be moved: relative where
 * it is in there, else as it is. Points into path. */
const char *file_relative(const char *directory, const char *path);

/* The entries of a directory in the order of their names, as scandir(3) gives them; a relative path
 * is one in the directory `from`. */
int file_names(int from, const char *directory, struct dirent ***ret_entries);

#endif
