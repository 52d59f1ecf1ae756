/* SPDX-License-Identifier: MIT
 * Making a tap port: the act behind an order. */
#ifndef OWVM_NETD_PORT_PORT_H
#define OWVM_NETD_PORT_PORT_H

#include <stdbool.h>

#include "netd/kernel/tun.h"

struct netd;
struct order;
struct wire_reply;

/* A port, or what is left of one that could not be made. */
struct port {
	struct tap tap;
	int bridge;  /* ifindex; 0: none was found */
	bool robbed; /* somebody else was faster to attach to the tap: try again */
};

/* Make the port. On success the reply's body is filled and true is returned. Otherwise the reply is
 * a refusal. Either way *ret_port is the caller's, who takes away what must not stay. */
bool port_make(const struct netd *netd, const struct order *order, struct wire_reply *reply,
	struct port *ret_port);

#endif
