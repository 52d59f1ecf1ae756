/* SPDX-License-Identifier: MIT
 * Leftovers in the slots of a user: the service hears of them, the helper looks. */
#include "netd/back/slots.h"

#include <string.h>

#include "netd/kernel/link.h"
#include "netd/kernel/tun.h"
#include "netd/port/alias.h"

void slots_clear(struct netlink *route, uint32_t uid)
{
	for (unsigned int slot = 0; slot < IFNAME_SLOT_MAX; slot++) {
		char name[IFNAME_SIZE] = "";
		struct link link = {0};

		ifname_slot_format(uid, slot, name);
		/* To a tap with one queue one can attach only while nobody holds it. */
		if (link_get_by_name(route, name, &link) == 0 && strcmp(link.kind, "tun") == 0 &&
			strncmp(link.alias, ALIAS_PORT, strlen(ALIAS_PORT)) == 0 &&
			(!link.tun.multi_queue || link.tun.queues + link.tun.disabled == 0))
			tun_remove_unheld(name, link.tun.multi_queue);
	}
}
