/* SPDX-License-Identifier: MIT
 * Landlock and seccomp, both without a library: three system calls and one, landlock(7), seccomp(2).
 *
 * Whoever takes over a process of netd has what the process had open, the calls of its filter and
 * the files of its rules. No process is dumpable, so none of them can enter another one. */
#include "netd/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "netd/filter.h"
#include "netd/tun.h"

/* The accesses of the first version of Landlock are bits 0 to 12; the next two brought a bit each
 * (REFER, TRUNCATE). ioctl on devices, bit 15, is left alone: a tap is set up by nothing else. */
#define ACCESSES(version) ((UINT64_C(1) << (12 + ((version) < 3 ? (version) : 3))) - 1)

int confine_files(const struct confine_path *paths, size_t n)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	const struct landlock_ruleset_attr handled = {
		.handled_access_fs = ACCESSES(version) & ~CONFINE_SPARED};
	OWNED_FD rules = -1;

	if (version < 1)
		return -EOPNOTSUPP;
	rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	for (size_t i = 0; i < n && rules >= 0; i++) {
		OWNED_FD fd = open(paths[i].path, O_PATH | O_CLOEXEC);
		const struct landlock_path_beneath_attr rule = {
			.allowed_access = paths[i].access & ~CONFINE_SPARED, .parent_fd = fd};

		if (fd >= 0 && rule.allowed_access != 0 &&
			syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule,
				0) < 0)
			return -errno;
	}
	return rules < 0 || syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
}

int confine_back_files(void)
{
	const uint64_t access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	const struct confine_path devices[] = {{TUN_DEVICE, access}, {TUN_VHOST_DEVICE, access}};

	return confine_files(devices, sizeof(devices) / sizeof(*devices));
}

int confine_calls(const struct filter *filter)
{
	const struct sock_fprog program = {
		.len = filter->length, .filter = (struct sock_filter *)(uintptr_t)filter->code};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}
