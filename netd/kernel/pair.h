/* SPDX-License-Identifier: MIT
 * Cables: veth pairs that tie a tap to a bridge on which the tap is not.
 *
 * What comes in by the tap goes out by the pair's outer end and comes in by its inner end, which is
 * the bridge's port. On this way the kernel does what a virtio header asks for, so that from the
 * inner end on a frame is what will arrive: checksums are written, segments cut. Whatever the
 * holder of the tap does to it concerns the tap alone. What comes out of the pair goes to the tap.
 */
#ifndef OWVM_NETD_KERNEL_PAIR_H
#define OWVM_NETD_KERNEL_PAIR_H

#include <stdbool.h>

#include "common/ifname.h"

struct link;
struct netlink;

/* What the names of ends begin with, followed by the tap's ifindex: at most 15 characters. */
#define PAIR_INNER IFNAME_CABLE
#define PAIR_OUTER "owvmc"

struct pair {
	int inner, outer; /* ifindexes; 0: there is none */
	char inner_name[IFNAME_SIZE], outer_name[IFNAME_SIZE];
};

/* Make the cable of a tap. Its ends are named after the tap's ifindex, and are down. `copies`: what
 * comes by it is copied, as it may lie in memory that its sender still writes to; what comes by a
 * tap was copied already. Returns 0; -ENOSYS: the kernel lacks a part of traffic control; or
 * another -errno. After an error, too, what exists must go, with the tap. */
int pair_make(struct netlink *route, int tap, bool copies, struct pair *ret_pair);

/* Find a tap's cable. Returns 0, -ENODEV or another -errno. */
int pair_find(struct netlink *route, int tap, struct pair *ret_pair, struct link *ret_inner);

/* The ifindex of the tap, which may be gone, whose cable's inner end the link is; 0: it is none. */
int pair_tap(const struct link *link);

/* Is a link the inner end of a cable whose tap is gone? */
bool pair_is_left_over(struct netlink *route, int inner);

#endif
