/* SPDX-License-Identifier: MIT
 * Bridges: finding, making, and removing those that netd made.
 *
 * A removal must not race with an attachment, and there is no lock:
 *
 *     attach:  (make the bridge) -> set master -> set the bridge up, by ifindex; gone: start over
 *     remove:  no ports? -> set the bridge down -> still no ports? (else up again)
 *              -> SIOCBRDELBR, which the kernel refuses while the bridge is up */
#ifndef OWVM_NETD_PORT_BRIDGE_H
#define OWVM_NETD_PORT_BRIDGE_H

#include "netd/kernel/link.h"

struct cidr;
struct netd;

/* Make a bridge, down and marked as netd's. Returns 0, also when another process was faster, or
 * -errno. */
int bridge_create(const struct netd *netd, const char *name);

/* Bring a bridge that netd made to its full state but "up": chain, the host's address where it is
 * given one ({0} or NULL: none), no IPv6 addresses, alias. One that was complete before keeps its
 * address, and only its chain is looked after. A bridge that netd did not make is used as it is.
 * Returns 0 or -errno. */
int bridge_complete(const struct netd *netd, const struct link *bridge, const struct cidr *address);

/* Remove the bridge if netd made it and it has no ports, and its host chain if it is gone; if it
 * has some, complete it (somebody may have flushed the rule set) and set it up (a remover that was
 * killed half-way left it down). */
void bridge_settle(const struct netd *netd, int ifindex);

/* Remove chains of links that are gone. */
void bridge_sweep_chains(const struct netd *netd);

#endif
