/* SPDX-License-Identifier: MIT
 * What a port may have become. */
#include "netd/front/watch-drift.h"

#include <stdio.h>
#include <string.h>

#include "netd/front/alias.h"
#include "netd/front/watch-table.h"
#include "netd/kernel/link.h"

enum watch_drift watch_drift_judge(const struct link *tap, const struct alias *alias)
{
	if (tap->tun.persist)
		return WATCH_PERSISTENT;
	if (alias->cable)
		return WATCH_NONE;
	if (memcmp(tap->mac, alias->host, MAC_SIZE) != 0)
		return WATCH_MAC;
	if (tap->tun.queues + tap->tun.disabled > alias->queues)
		return WATCH_QUEUES;
	return WATCH_NONE;
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
