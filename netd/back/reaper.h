/* SPDX-License-Identifier: MIT
 * The reaper: a child of the service that does what sleeps.
 *
 * Closing the last fd of a tap, or deleting a link, sleeps some 16 ms in the kernel; the service
 * must not. It hands fds, condemned links and bridges that may have become empty to the reaper.
 * A reaper that dies, or whose queue is full, ends the service, which is then started again: that
 * costs nothing. When the service dies, the reaper finishes its queue and ends. */
#ifndef OWVM_NETD_BACK_REAPER_H
#define OWVM_NETD_BACK_REAPER_H

#include "netd/kernel/tun.h"

struct netd;

/* Fork the reaper, which opens a netlink socket of its own beside those that it inherits. It closes
 * its copy of `orders`, so that the front sees the end of the back. Returns its socket, which
 * becomes readable when the reaper has ended, or -errno, in the parent only; who cannot start it
 * ends. */
int reaper_start(int orders);

struct reaper_job {
	struct tap tap; /* its fds are closed, and it is deleted, by ifindex, unless that is 0 */
	int bridge;	/* is removed if it has become empty (bridge_remove_empty()); 0: none */
};

/* Have that done. Takes the fds. */
void reaper_take(const struct netd *netd, const struct reaper_job *job);

#endif
