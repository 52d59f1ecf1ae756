/* SPDX-License-Identifier: MIT
 * A network namespace of the user's own, with an Ethernet port on a bridge: a client of its LAN.
 *
 * Theory of operation: a process leaves for a user namespace, where it may do as it likes with the
 * network namespace that it makes, and with nothing else. From inside it asks owvm-netd for a port,
 * which appears there: netd goes by the namespace in which the socket was made, so that nobody is
 * given a port into a namespace of others. The port goes with the namespace, and that with its last
 * process. */
#ifndef OWVM_LAUNCHER_NETNS_NETNS_H
#define OWVM_LAUNCHER_NETNS_NETNS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cidr.h"
#include "common/wire.h"

/* What is wanted. All texts are borrowed. */
struct netns {
	const char *bridge;    /* name */
	const char *interface; /* name of the port inside */
	const char *use;     /* what for, such as "lan": clients of one use have addresses that are
				  the same each time, and differ from those of others */
	bool root;	     /* inside the ids are 0, else the user's own */
	bool mounts;	     /* a mount namespace too, whose mounts the host does not see */
	struct cidr address; /* {0}: none */
	uint32_t gateway;    /* default route, host byte order; 0: none */
};

/* Move this process, which has one thread, into namespaces of its own: user, network and, where
 * asked, mounts. There lo and the port are up, the address and the route are set, and the user may
 * ping. Supplementary groups go on to count for files. Returns 0 and what netd replied, or -errno
 * with a sentence; then the process may be neither here nor there, and is to be ended. */
int netns_enter(const struct netns *netns, struct wire_tap_reply *ret_port, char **reterr_text);

/* The same for the network namespace that this process is in, of which the user must be the owner;
 * `root` and `mounts` do not count. Where it fails there is no port. */
int netns_join(const struct netns *netns, struct wire_tap_reply *ret_port, char **reterr_text);

#endif
