/* SPDX-License-Identifier: MIT
 * Landlock without a library: landlock(7), three system calls. */
#ifndef OWVM_COMMON_LANDLOCK_H
#define OWVM_COMMON_LANDLOCK_H

#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14) /* Linux 6.2 */
#endif

#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (UINT64_C(1) << 15) /* Linux 6.10 */
#endif

/* Which version of Landlock the kernel has; below 1, with errno: none. */
static inline long landlock_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* Accesses, LANDLOCK_ACCESS_FS_*, to a file or to all beneath a directory. */
struct landlock_path {
	const char *path;
	uint64_t access;
};

/* From here on nothing in the file system can be opened, made, removed or started but what `paths`
 * permit; those that do not exist now stay closed, accesses that the kernel does not know yet are
 * left out, and those in `spared` stay free everywhere. Open files are not touched, children
 * inherit it. After no_new_privs only. Returns 0; -EOPNOTSUPP: the kernel has no Landlock; another
 * -errno. */
int landlock_restrict(const struct landlock_path *paths, size_t n, uint64_t spared);

#endif
