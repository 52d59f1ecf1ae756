/* SPDX-License-Identifier: MIT
 * What is there already: the guards of all, ports that go, what they leave behind.
 *
 * What sleeps goes to the reaper. All of nftables is done here: the table belongs to the socket of
 * this process alone. */
#ifndef OWVM_NETD_BACK_KEEP_H
#define OWVM_NETD_BACK_KEEP_H

#include <stdbool.h>

struct netd;
struct order;

/* Own the table of guards, where the kernel lets a service do so, and bring its shared chains up to
 * date. Returns 0, or -EPERM: somebody else owns it, and no port could be made. */
int keep_own(const struct netd *netd);

/* ORDER_SETTLE: look after a bridge of netd's, which goes where it is empty, or take away what
 * belonged to a link that is gone. */
void keep_settle(const struct netd *netd, const struct order *order);

/* ORDER_SWEEP: take away what belongs to links that are gone. */
void keep_sweep(const struct netd *netd);

/* ORDER_DETACH, ORDER_STRAY: take a port off its bridge and delete it; a stray one only if it is on
 * none. */
void keep_detach(const struct netd *netd, int ifindex, bool stray);

/* ORDER_GUARD: make the guards of a port again. */
void keep_guard(const struct netd *netd, const struct order *order);

#endif
