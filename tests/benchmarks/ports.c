/* SPDX-License-Identifier: MIT
 * The ports that netd made for users of the bench. */
#include "tests/benchmarks/ports.h"

#include <net/if.h>
#include <unistd.h>

#include "common/ifname.h"
#include "tests/benchmarks/rtnl.h"

/* rtnl: put them into the group, unless it is -1. */
static unsigned int visit(uid_t uid, unsigned int users, int rtnl)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < users * IFNAME_SLOT_MAX; i++) {
		char name[IFNAME_SIZE] = "";
		int ifindex = 0;

		ifname_slot_format(uid + i / IFNAME_SLOT_MAX, i % IFNAME_SLOT_MAX, name);
		ifindex = (int)if_nametoindex(name);
		if (ifindex == 0)
			continue;
		n++;
		if (rtnl >= 0)
			rtnl_set_group(rtnl, ifindex, PORTS_GROUP);
	}
	return n;
}

unsigned int ports_count(uid_t uid, unsigned int users)
{
	return visit(uid, users, -1);
}

void ports_delete(uid_t uid, unsigned int users)
{
	int rtnl = rtnl_open();

	visit(uid, users, rtnl);
	rtnl_delete_group(rtnl, PORTS_GROUP);
	close(rtnl);
}
