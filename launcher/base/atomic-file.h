/* SPDX-License-Identifier: MIT
 * A small file that is replaced at once: whoever reads it sees the old one or the new one. */
#ifndef OWVM_LAUNCHER_BASE_ATOMIC_FILE_H
#define OWVM_LAUNCHER_BASE_ATOMIC_FILE_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

/* Write a new file beside the name in a directory, an fd, mode 0600, with the members of objects in
 * their order, and rename it. Returns 0 or -errno, and then the old file is as it was. */
int atomic_file_write(int directory, const char *name, const json_t *value);

/* The same with sorted members, and the disk has it before it gets its name: for what must outlive
 * a power cut. */
int atomic_file_save(int directory, const char *name, const json_t *value);

/* The same of any bytes, in a file of that mode. */
int atomic_file_save_bytes(
	int directory, const char *name, mode_t mode, const void *data, size_t size);

#endif
