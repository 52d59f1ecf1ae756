/* SPDX-License-Identifier: MIT
 * The fds that a child keeps when it becomes another program. */
#ifndef OWVM_LAUNCHER_BASE_INHERITED_FDS_H
#define OWVM_LAUNCHER_BASE_INHERITED_FDS_H

#include <stddef.h>

#define INHERITED_FDS_FIRST 3 /* fds that a child keeps are numbered from here */
#define INHERITED_FDS_MAX 272 /* a VM's: 8 NICs of 16 queues with vhost, its sockets and its lock */

/* For a child before exec: move fds[0..n) to INHERITED_FDS_FIRST and up, inheritable, and close all
 * others but the standard ones. n is at most INHERITED_FDS_MAX. Returns 0 or -errno. */
int inherited_fds_keep(const int *fds, size_t n);

#endif
