/* SPDX-License-Identifier: MIT
 * Leftovers of one user: what the file-capability helper clears away before it serves. */
#include "netd/leftovers.h"

#include <stdbool.h>

#include "netd/link.h"
#include "netd/netd.h"
#include "netd/tun.h"

/* The user's slots that exist; a dump cannot be acted on while it runs. */
struct slots {
	uint32_t uid;
	bool taken[IFNAME_SLOT_MAX];
};

static void note_slot(const struct link *link, void *context)
{
	struct slots *slots = context;
	uint32_t uid = 0;
	unsigned int slot = 0;

	if (ifname_slot_parse(link->name, &uid, &slot) && uid == slots->uid)
		slots->taken[slot] = true;
}

void leftovers_remove(const struct netd *netd, uint32_t uid)
{
	struct slots slots = {.uid = uid};
	char name[IFNAME_SIZE] = "";

	/* An inconsistent dump may miss a leftover, which then costs its own user a slot. */
	link_each_of_kind(netd->route, "tun", note_slot, &slots);
	for (unsigned int slot = 0; slot < IFNAME_SLOT_MAX; slot++) {
		if (!slots.taken[slot])
			continue;
		ifname_slot_format(uid, slot, name);
		tun_remove_stale(name);
	}
}
