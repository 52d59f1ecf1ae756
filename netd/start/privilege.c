/* SPDX-License-Identifier: MIT
 * Giving up what is not needed.
 *
 * The unit already limits the bounding set and locks the securebits, which would take CAP_SETPCAP
 * here; a file capability (cap_net_admin=p) brings nothing else to begin with. What is left for
 * this file holds for both and does not depend on who started the process: capabilities(7). */
#include "netd/start/privilege.h"

#include <errno.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>

static void free_set(cap_t *set)
{
	cap_free(*set);
}

#define OWNED_SET __attribute__((cleanup(free_set))) cap_t

/* Have CAP_NET_ADMIN permitted and effective, or (CAP_CLEAR) not even that, and nothing else to
 * use or to inherit; then ask whether it is so. */
static int reduce(cap_flag_value_t net_admin)
{
	const cap_value_t which = CAP_NET_ADMIN;
	OWNED_SET wanted = cap_init();
	OWNED_SET now = NULL;

	if (wanted == NULL || cap_set_flag(wanted, CAP_PERMITTED, 1, &which, net_admin) < 0 ||
		cap_set_flag(wanted, CAP_EFFECTIVE, 1, &which, net_admin) < 0 ||
		cap_set_proc(wanted) < 0 || (now = cap_get_proc()) == NULL)
		return -errno;
	return cap_compare(now, wanted) == 0 ? 0 : -EPERM;
}

int privilege_keep_net_admin(void)
{
	int error = reduce(CAP_SET);

	return error < 0 || cap_reset_ambient() == 0 ? error : -errno;
}

int privilege_drop_all(void)
{
	return reduce(CAP_CLEAR);
}

int privilege_lock(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
		       ? -errno
		       : 0;
}
