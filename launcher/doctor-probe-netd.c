/* SPDX-License-Identifier: MIT
 * owrun doctor: asks owvm-netd, and the group database. */
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
	netd->error = nets_fetch(&door, netd->nets, &netd->sentence);
	netd->standing = group_standing(DOOR_GROUP);
}
