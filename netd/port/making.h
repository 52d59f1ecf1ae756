/* SPDX-License-Identifier: MIT
 * A port that is being made, or is guarded again. */
#ifndef OWVM_NETD_PORT_MAKING_H
#define OWVM_NETD_PORT_MAKING_H

#include <stdbool.h>
#include <stdint.h>

#include "netd/kernel/link.h"
#include "netd/kernel/pair.h"
#include "netd/kernel/tun.h"

struct netd;
struct order;

struct making {
	const struct netd *netd;
	const struct order *order;
	struct tap tap;	    /* or a client's end in the slot, without fds */
	struct pair pair;   /* inner 0: the tap is the bridge's port itself */
	struct link bridge; /* ifindex 0: none was found */
	uint32_t mtu;	    /* bytes */
	bool takes_mac;	    /* from a port of the bridge that has it without a guest */
	bool guarded;	    /* there may be guards already, which new ones replace */
};

#endif
