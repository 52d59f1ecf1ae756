/* SPDX-License-Identifier: MIT
 * The watcher: what the kernel says of links is compared with what ports should be.
 *
 * The holder of a tap may change much of it through the fd: make it persistent, give it another
 * address or more queues, or have the kernel announce changes without end. QEMU does none of these.
 * Behind a cable this concerns nobody else, but that a persistent tap would keep its slot when its
 * holder ends, and that announcements wake all who listen. A tap that is on the bridge itself,
 * which is its user's own, must keep its address, too. A port that drifted is ordered off its
 * bridge and deleted. */
#ifndef OWVM_NETD_FRONT_WATCH_H
#define OWVM_NETD_FRONT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "netd/front/watch-table.h"

struct front;
struct nlmsghdr;

#define WATCH_SURVEY_TIME 100 /* ms between two surveys */

struct watch {
	const struct front *front;
	struct watch_table table;
	int64_t left;	  /* when a port or bridge went, ms of CLOCK_MONOTONIC; 0: never */
	int64_t surveyed; /* when, ms of CLOCK_MONOTONIC; 0: never */
};

/* Take one announcement of rtnetlink, also into the table of ports. */
void watch_take(struct nlmsghdr *header, void *watch);

/* Look at all links: announcements may have been missed. The table of ports is made anew, bridges
 * are settled, ports judged and guarded again, chains swept. Not more often than
 * WATCH_SURVEY_TIME, unless it is `urgent`. Returns ms to wait for the next one if it is put off, 0
 * when it was done, or -errno when the back is gone. */
int watch_survey(struct watch *watch, bool urgent);

#endif
