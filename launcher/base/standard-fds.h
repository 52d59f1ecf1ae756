/* SPDX-License-Identifier: MIT
 * The standard fds, which whoever starts a program may have closed. */
#ifndef OWVM_LAUNCHER_BASE_STANDARD_FDS_H
#define OWVM_LAUNCHER_BASE_STANDARD_FDS_H

/* Before anything else is opened: put /dev/null where 0, 1 or 2 is closed, so that no file, lock or
 * socket gets that number and what is meant for a person. Standard output then fails as it would
 * have, so that nobody takes what was lost for printed. Returns 0 or -errno. */
int standard_fds_open(void);

#endif
