/* SPDX-License-Identifier: MIT
 * owrun doctor: asks owvm-netd, and the group database. */
#include <errno.h>

#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"
#include "launcher/netd-client/nets.h"

void doctor_probe_netd(struct doctor_facts *facts)
{
	struct doctor_netd *netd = &facts->netd;
	struct netd_client client = {0};

	netd_client_init(&client);
	netd->kind = netd_client_find(&client);
	netd->nets = json_array();
	netd->capable = client.helper != NULL && doctor_host_capable(client.helper);
	/* What the helper would say about that goes to stderr. */
	if (netd->kind == NETD_HELPER && (!netd->capable || facts->uid == 0))
		netd->error = -ENODATA;
	else
		netd->error = nets_fetch(&client, netd->nets, &netd->sentence);
	netd->standing = group_standing(NETD_GROUP);
}
