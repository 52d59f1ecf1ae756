/* SPDX-License-Identifier: MIT
 * Giving up what is not needed.
 *
 * The unit already limits the bounding set and locks the securebits, which would take CAP_SETPCAP
 * here; a file capability (cap_net_admin=p) brings nothing else to begin with. What is left for
 * this file holds for both and does not depend on who started the process: capabilities(7). */
#include "netd/start/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* capset(2), without libcap: its object for this also holds a launcher of programs, and nothing
 * that starts programs is to be linked into netd. */
static int set_capabilities(uint64_t permitted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].permitted = data[i].effective = (uint32_t)(permitted >> (32 * i));
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int privilege_keep_net_admin(void)
{
	int error = set_capabilities(UINT64_C(1) << CAP_NET_ADMIN);

	if (error < 0)
		return error;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ? -errno : 0;
}

int privilege_drop_all(void)
{
	return set_capabilities(0);
}

int privilege_lock(void)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}
