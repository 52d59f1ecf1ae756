/* SPDX-License-Identifier: MIT
 * What a port may have become. */
#include "netd/front/watch-drift.h"

#include <stdio.h>
#include <string.h>

#include "netd/front/watch-table.h"
#include "netd/kernel/link.h"
#include "netd/port/alias.h"

enum watch_drift watch_drift_judge(
	const struct link *link, const struct alias *alias, uint32_t owner)
{
	if (link->tun.persist)
		return WATCH_PERSISTENT;
	if (memcmp(link->mac, alias->host, MAC_SIZE) != 0)
		return WATCH_MAC;
	if (link->tun.owner != owner || link->tun.group != UINT32_MAX)
		return WATCH_OWNER;
	if (link->tun.queues + link->tun.disabled > alias->queues)
		return WATCH_QUEUES;
	return WATCH_NONE;
}

bool watch_drift_proves(enum watch_drift drift, const struct link *link)
{
	return (drift == WATCH_PERSISTENT || drift == WATCH_OWNER) && !link->tun.multi_queue;
}

void watch_drift_describe(enum watch_drift drift, const struct link *link,
	const struct alias *alias, char ret_text[WATCH_DRIFT_SIZE])
{
	char now[MAC_TEXT_SIZE] = "", was[MAC_TEXT_SIZE] = "";

	switch (drift) {
	case WATCH_PERSISTENT:
		snprintf(ret_text, WATCH_DRIFT_SIZE, "it was made persistent");
		return;
	case WATCH_MAC:
		mac_format(link->mac, now);
		mac_format(alias->host, was);
		snprintf(ret_text, WATCH_DRIFT_SIZE, "its address became %s (was %s)", now, was);
		return;
	case WATCH_OWNER:
		snprintf(ret_text, WATCH_DRIFT_SIZE, "it got another owner or a group");
		return;
	case WATCH_QUEUES:
		snprintf(ret_text, WATCH_DRIFT_SIZE, "it has %u queues (not %u)",
			link->tun.queues + link->tun.disabled, alias->queues);
		return;
	case WATCH_BRIDGE:
		snprintf(ret_text, WATCH_DRIFT_SIZE, "it was moved to another bridge");
		return;
	case WATCH_EVENTS:
		snprintf(ret_text, WATCH_DRIFT_SIZE, "it changed more than %d times a second",
			WATCH_EVENTS_MAX);
		return;
	case WATCH_NONE:
		break;
	}
	ret_text[0] = '\0';
}
