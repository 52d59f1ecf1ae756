/* SPDX-License-Identifier: MIT
 * Landlock and seccomp, both without a library: landlock(7), seccomp(2).
 *
 * Whoever takes over a process of netd has what the process had open, the calls of its filter and
 * the files of its rules. No process is dumpable, so none of them can enter another one. */
#include "netd/start/confine.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "netd/kernel/tun.h"
#include "netd/start/filter.h"

int confine_back_files(void)
{
	const uint64_t access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	const struct landlock_path devices[] = {{TUN_DEVICE, access}, {TUN_VHOST_DEVICE, access}};

	return landlock_restrict(devices, sizeof(devices) / sizeof(*devices), CONFINE_SPARED);
}

int confine_calls(const struct filter *filter)
{
	const struct sock_fprog program = {
		.len = filter->length, .filter = (struct sock_filter *)(uintptr_t)filter->code};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}
