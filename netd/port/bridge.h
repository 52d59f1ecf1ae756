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

#include <stdbool.h>

#include "netd/kernel/link.h"

struct cidr;
struct netd;
struct netlink;

/* Make a bridge with this address, down and marked as netd's. Returns 0, also when another process
 * was faster, or -errno. */
int bridge_create(const struct netd *netd, const char *name, const uint8_t mac[MAC_SIZE]);

/* Bring a bridge that netd made to its full state but "up": chains, the host's address where it is
 * given one ({0} or NULL: none), no IPv6 addresses, alias, which is also written into *bridge. One
 * that was complete before keeps its address, and its chains are made again, but by the service,
 * which hears of what others do to them. A bridge that netd did not make is used as it is. Returns
 * 0 or -errno. */
int bridge_complete(const struct netd *netd, struct link *bridge, const struct cidr *address);

/* Look after a bridge that netd made and that has ports: one that a remover, killed half-way, left
 * down gets its chains and is set up. False: it has no ports, and nothing was done. */
bool bridge_keep(const struct netd *netd, struct link *bridge);

/* Remove a bridge if netd made it and it has no ports. This may sleep. */
void bridge_remove_empty(struct netlink *route, int ifindex);

#endif
