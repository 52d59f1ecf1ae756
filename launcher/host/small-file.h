/* SPDX-License-Identifier: MIT
 * Small files of the host, as those of /proc and /sys, below a root that tests move. */
#ifndef OWVM_LAUNCHER_HOST_SMALL_FILE_H
#define OWVM_LAUNCHER_HOST_SMALL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMALL_FILE_ABSENT (-1) /* of a number: there is no such file, or none in it */

/* The first 64 KiB of a file as text, which the caller frees; NULL when it cannot be read. */
char *small_file_read(const char *root, const char *path);

/* The numbers at the start of a file, at most n of them; returns how many there were. */
size_t small_file_numbers(const char *root, const char *path, int64_t *ret_numbers, size_t n);

/* The one number in a file, or SMALL_FILE_ABSENT. */
int64_t small_file_number(const char *root, const char *path);

/* That of a link of the host, by its file in /sys/class/net/LINK. */
int64_t small_file_of_link(const char *root, const char *link, const char *file);

bool small_file_exists(const char *root, const char *path);

#endif
