/* SPDX-License-Identifier: MIT
 * Files of a running VM, by the fd of its directory.
 *
 * Nothing is opened by a path, nor through a symlink, and nothing is read before it is known to be
 * a regular file of the user's: what is there instead (a FIFO, a device, another's file) keeps
 * nobody waiting, and is said once. */
#ifndef OWVM_LAUNCHER_RUNTIME_FILE_H
#define OWVM_LAUNCHER_RUNTIME_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNTIME_FILE_MAX 1048576 /* bytes of a file that is read as a whole */
#define RUNTIME_LOG_MAX SIZE_MAX /* of one that is read bit by bit */

/* Open a file for reading. Returns a fd that the caller owns, or -errno as own_file_open() does;
 * all but -ENOENT was said. */
int runtime_file_open(int directory, const char *file, size_t max);

/* Open a file for writing, with O_WRONLY or O_RDWR and what else `flags` has, or make it, mode
 * 0600. Returns a fd that the caller owns, or -errno; see own_phrase(). */
int runtime_file_make(int directory, const char *file, int flags);

/* Replace what is in a small file. Returns 0 or -errno. */
int runtime_file_write(int directory, const char *file, const char *text);

/* Is anything there of that name? */
bool runtime_file_is_there(int directory, const char *file);

/* Say once that the file is left out, and why: a phrase. */
void runtime_file_leave_out(int directory, const char *file, const char *why);

#endif
