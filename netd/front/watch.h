/* SPDX-License-Identifier: MIT
 * The watcher: what the kernel says of links is compared with what ports should be.
 *
 * The holder of a tap may change much of it through the fd: make it persistent, give it another
 * address (the bridge then takes a victim's frames for its own), another owner, more queues, or
 * have the kernel announce changes without end. QEMU does none of these. A port that drifted from
 * its alias is ordered off its bridge at once and deleted, and the static entries of the other
 * ports are put back. Its user is refused for a while where nobody else can have done it. */
#ifndef OWVM_NETD_FRONT_WATCH_H
#define OWVM_NETD_FRONT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netd/front/watch-table.h"
#include "netd/kernel/link.h"

struct front;
struct nlmsghdr;

#define WATCH_SURVEY_TIME 100 /* ms between two surveys */
#define WATCH_SPOKEN_MAX 64   /* links that are remembered for watch_settle() */
#define WATCH_ROBBED_MAX 16   /* bridges, likewise */

struct watch {
	const struct front *front;
	uint32_t owner; /* the uid of netd, to which all taps belong */
	struct watch_table table;
	int64_t left;	  /* when a port or bridge went, ms of CLOCK_MONOTONIC; 0: never */
	int64_t surveyed; /* when, ms of CLOCK_MONOTONIC; 0: never */
	int spoken[WATCH_SPOKEN_MAX]; /* links that changed */
	size_t n_spoken;
	int robbed[WATCH_ROBBED_MAX]; /* bridges on which a port drifted */
	size_t n_robbed;
};

/* Take one announcement of rtnetlink, also into the table of ports; when there is no other one for
 * now, watch_settle(). */
void watch_take(struct nlmsghdr *header, void *watch);

/* Ask the kernel about the ports of which it spoke; where one was taken off its bridge, put the
 * entries of the other ports there back. */
void watch_settle(struct watch *watch);

/* Look at all links: announcements may have been missed. The table of ports is made anew, bridges
 * are settled, ports judged, chains swept. Not more often than WATCH_SURVEY_TIME. Returns ms to
 * wait for the next one if it is put off, 0 when it was done, or -errno when the back is gone. */
int watch_survey(struct watch *watch);

#endif
