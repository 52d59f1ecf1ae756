/* SPDX-License-Identifier: MIT
 * Making a port: the act behind an order. */
#ifndef OWVM_NETD_PORT_PORT_H
#define OWVM_NETD_PORT_PORT_H

struct making;
struct wire_reply;

/* Make the port that making->order is about, a client's in the namespace of its socket. Returns 0
 * with the reply's body filled, or -errno with a refusal in it; -EAGAIN: somebody else was faster
 * to attach to the tap, or a client's end is gone, and another one may be made. Either way what is
 * in *making is the caller's, who takes away what must not stay. */
int port_make(struct making *making, int client, struct wire_reply *reply);

#endif
