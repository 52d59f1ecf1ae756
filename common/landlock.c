/* SPDX-License-Identifier: MIT
 * Landlock without a library: landlock(7), three system calls. */
#include "common/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"

/* The accesses of the first version of Landlock are bits 0 to 12; versions 2, 3 and 5 brought a bit
 * each (REFER, TRUNCATE, IOCTL_DEV). */
#define BITS(version) (12 + ((version) < 3 ? (version) : (version) < 5 ? 3 : 4))
#define ACCESSES(version) ((UINT64_C(1) << BITS(version)) - 1)

int landlock_restrict(const struct landlock_path *paths, size_t n, uint64_t spared)
{
	long version = landlock_version();
	const struct landlock_ruleset_attr handled = {
		.handled_access_fs = ACCESSES(version) & ~spared};
	OWNED_FD rules = -1;

	if (version < 1)
		return -EOPNOTSUPP;
	rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	for (size_t i = 0; i < n && rules >= 0; i++) {
		OWNED_FD fd = open(paths[i].path, O_PATH | O_CLOEXEC);
		const struct landlock_path_beneath_attr rule = {
			.allowed_access = paths[i].access & handled.handled_access_fs,
			.parent_fd = fd};

		if (fd >= 0 && rule.allowed_access != 0 &&
			syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule,
				0) < 0)
			return -errno;
	}
	return rules < 0 || syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
}
