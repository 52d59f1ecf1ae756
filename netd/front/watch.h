/* SPDX-License-Identifier: MIT
 * The watcher: what the kernel says of links is compared with what ports should be.
 *
 * The holder of a tap may change much of it through the fd: make it persistent, give it another
 * address (the bridge then takes a victim's frames for its own), another owner, more queues, or
 * have the kernel announce changes without end. QEMU does none of these. A port that drifted from
 * its alias is ordered off its bridge at once and deleted, the static entries of the other ports
 * are put back, and its user is refused for a while. */
#ifndef OWVM_NETD_FRONT_WATCH_H
#define OWVM_NETD_FRONT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netd/front/watch-table.h"
#include "netd/kernel/link.h"

struct alias;
struct front;
struct nlmsghdr;

#define WATCH_SURVEY_TIME 100 /* ms between two surveys */
#define WATCH_FOUND_MAX 8192  /* ports and bridges that a survey looks at */
#define WATCH_ROBBED_MAX 16   /* bridges that are remembered for watch_restore() */

struct watch {
	const struct front *front;
	uint32_t owner; /* the uid of netd, to which all taps belong */
	struct watch_table table;
	int64_t left;	  /* when a port or bridge went, ms of CLOCK_MONOTONIC; 0: never */
	int64_t surveyed; /* when, ms of CLOCK_MONOTONIC; 0: never */
	int found[WATCH_FOUND_MAX];
	size_t n_found;
	int robbed[WATCH_ROBBED_MAX]; /* bridges on which a port drifted */
	size_t n_robbed;
};

enum watch_drift {
	WATCH_NONE,
	WATCH_PERSISTENT,
	WATCH_MAC,
	WATCH_OWNER,
	WATCH_QUEUES,
	WATCH_BRIDGE, /* moved to another bridge: this takes an administrator */
	WATCH_EVENTS,
};

/* What is not as the alias says, as far as the link alone tells (not WATCH_BRIDGE, WATCH_EVENTS).
 * Pure. */
enum watch_drift watch_judge(const struct link *link, const struct alias *alias, uint32_t owner);

/* Take one announcement of rtnetlink; when there is no other one for now, watch_restore(). */
void watch_take(struct nlmsghdr *header, void *watch);

/* Put the entries of the ports back from whose bridges a port was taken. */
void watch_restore(struct watch *watch);

/* Look at all links: announcements may have been missed. Bridges are settled, ports judged, chains
 * swept. Not more often than WATCH_SURVEY_TIME. Returns ms to wait for the next one if it is put
 * off, 0 when it was done, or -errno when the back is gone. */
int watch_survey(struct watch *watch);

#endif
