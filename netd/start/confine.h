/* SPDX-License-Identifier: MIT
 * What a process of netd cannot do any more, whatever takes it over. */
#ifndef OWVM_NETD_START_CONFINE_H
#define OWVM_NETD_START_CONFINE_H

#include "common/landlock.h"

struct filter;

/* Accesses that are left as they are: ioctl on devices, as a tap is set up by nothing else; and
 * ASan and UBSan read the symbols of the program for a report, and write it into a file. */
#ifdef CONFINE_SANITIZED
#define CONFINE_SPARED \
	(LANDLOCK_ACCESS_FS_IOCTL_DEV | LANDLOCK_ACCESS_FS_READ_FILE | \
		LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE | \
		LANDLOCK_ACCESS_FS_MAKE_REG)
#else
#define CONFINE_SPARED LANDLOCK_ACCESS_FS_IOCTL_DEV
#endif

/* landlock_restrict() for the back: it can open the devices that taps come from. After
 * privilege_lock() only. */
int confine_back_files(void);

/* From here on a system call outside of the filter ends the process with SIGSYS. After
 * privilege_lock() only. Returns 0 or -errno. */
int confine_calls(const struct filter *filter);

#endif
