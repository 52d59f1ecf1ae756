/* SPDX-License-Identifier: MIT
 * The fds that a child keeps when it becomes another program. */
#ifndef OWVM_LAUNCHER_FDS_H
#define OWVM_LAUNCHER_FDS_H

#include <stddef.h>

#define FDS_FIRST 3 /* fds that a child keeps are numbered from here */

/* For a child before exec: move fds[0..n) to FDS_FIRST and up, inheritable, and close all others
 * but the standard ones. n is at most 16. Returns 0 or -errno. */
int fds_keep(const int *fds, size_t n);

#endif
