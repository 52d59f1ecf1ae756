/* SPDX-License-Identifier: MIT
 * owrun doctor: asks owvm-netd, and the group database. */
#include <errno.h>
#include <sys/xattr.h>

#include "launcher/doctor.h"
#include "launcher/nets.h"

#define NETD_TIMEOUT 3000 /* ms */

void doctor_probe_netd(struct doctor_facts *facts)
{
	struct doctor_netd *netd = &facts->netd;
	struct door door = {0};

	door_init(&door);
	door.timeout_ms = NETD_TIMEOUT;
	netd->kind = door_find(&door);
	netd->nets = json_array();
	netd->capable =
		door.helper != NULL && getxattr(door.helper, "security.capability", NULL, 0) > 0;
	/* What the helper would say about that goes to stderr. */
	if (netd->kind == DOOR_HELPER && (!netd->capable || facts->uid == 0))
		netd->error = -ENODATA;
	else
		netd->error = nets_fetch(&door, netd->nets, &netd->sentence);
	netd->standing = group_standing(DOOR_GROUP);
}
