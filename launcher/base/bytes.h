/* SPDX-License-Identifier: MIT
 * All of some bytes, to and from fds that block, whatever a single call does. */
#ifndef OWVM_LAUNCHER_BASE_BYTES_H
#define OWVM_LAUNCHER_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Write all of them. Returns 0 or -errno. */
int bytes_write(int fd, const void *data, size_t size);

/* The same at an offset, without moving the fd. */
int bytes_write_at(int fd, const void *data, size_t size, uint64_t offset);

/* Read as many as there are, up to `size`. Returns how many, fewer only at the end, or -errno. */
ssize_t bytes_read(int fd, void *data, size_t size);
ssize_t bytes_read_at(int fd, void *data, size_t size, uint64_t offset);

/* Are they all zero? `size` is above 0. */
bool bytes_are_zero(const void *data, size_t size);

#endif
