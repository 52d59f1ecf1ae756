/* SPDX-License-Identifier: MIT
 * A bridge's forwarding database: entries that hold an address on one port. */
#ifndef OWVM_NETD_KERNEL_FDB_H
#define OWVM_NETD_KERNEL_FDB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"

struct netlink;
struct netlink_batch;

struct fdb_entry {
	int ifindex; /* its port; 0: there is none */
	bool pinned; /* nothing that the bridge sees moves it */
};

/* Append the message that pins an address to a port. -EEXIST: the bridge has it on any port, from
 * which it is not taken (`takes`: it is). */
void fdb_add_pin(struct netlink_batch *batch, int port, const uint8_t mac[MAC_SIZE], bool takes);

/* What the bridge knows of an address (without a VLAN), on whichever port. */
struct fdb_entry fdb_find(struct netlink *route, int bridge, const uint8_t mac[MAC_SIZE]);

#endif
