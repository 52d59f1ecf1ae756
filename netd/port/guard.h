/* SPDX-License-Identifier: MIT
 * Guards: what a port passes from no guest, what nobody sends to one behind the bridge, and what
 * passes between a bridge of netd's and the host. */
#ifndef OWVM_NETD_PORT_GUARD_H
#define OWVM_NETD_PORT_GUARD_H

#include <stdbool.h>

struct link;
struct making;
struct netlink;

/* Make the chains that all ports use, or bring them up to date. Returns 0 or -errno. */
int guard_shared(struct netlink *nft);

/* Make the chains of a port, in one transaction; of one that is new before it is up. They are
 * removed with nft_remove(). Returns 0 or -errno. */
int guard_port(const struct making *making);

/* Make the chains of a bridge that netd made, also where they are there already: nothing passes to
 * the host or from it, or, where the host is there on purpose, all but router advertisements.
 * Returns 0 or -errno. */
int guard_host(struct netlink *nft, const struct link *bridge, bool host_is_there);

#endif
