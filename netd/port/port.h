/* SPDX-License-Identifier: MIT
 * Making a port: the act behind an order. */
#ifndef OWVM_NETD_PORT_PORT_H
#define OWVM_NETD_PORT_PORT_H

#include "netd/kernel/tun.h"

struct netd;
struct order;
struct wire_reply;

/* A port, or what is left of one that could not be made. */
struct port {
	struct tap tap;
	int bridge; /* ifindex; 0: none was found */
};

/* Make the port, for a client in the namespace of its socket. Returns 0 with the reply's body filled, or -errno with a refusal in it; -EAGAIN:
 * somebody else was faster to attach to the tap, and another one may be made. Either way *ret_port
 * is the caller's, who takes away what must not stay. */
int port_make(const struct netd *netd, const struct order *order, int client,
	struct wire_reply *reply, struct port *ret_port);

#endif
