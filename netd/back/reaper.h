/* SPDX-License-Identifier: MIT
 * The reaper: a child of the service that does what sleeps.
 *
 * Closing the last fd of a tap, or deleting a link, sleeps some 16 ms in the kernel; the service
 * must not. It hands fds, condemned links and bridges that may have become empty to the reaper.
 * A reaper that dies, or whose queue is full, ends the service, which is then started again: that
 * costs nothing. When the service dies, the reaper finishes its queue and ends. */
#ifndef OWVM_NETD_BACK_REAPER_H
#define OWVM_NETD_BACK_REAPER_H

#include <stddef.h>

struct netd;

/* Fork the reaper, which opens a netlink socket of its own beside those that it inherits. It closes
 * its copy of `orders`, so that the front sees the end of the back. Returns its socket, which
 * becomes readable when the reaper has ended, or -errno, in the parent only; who cannot start it
 * ends. */
int reaper_start(int orders);

/* Close the fds of a port that was handed out. Takes them. */
void reaper_close(const struct netd *netd, const int *fds, size_t n);

/* Delete a port that must not be used, by index (0: not known), and close its fds, if there are
 * any. Takes them. */
void reaper_condemn(const struct netd *netd, const int *fds, size_t n, int ifindex);

/* Remove a bridge of netd's if it has become empty (bridge_remove_empty()). */
void reaper_settle(const struct netd *netd, int ifindex);

#endif
