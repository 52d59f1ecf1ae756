/* SPDX-License-Identifier: MIT
 * Making a tap port: the act behind an order. */
#ifndef OWVM_NETD_PORT_H
#define OWVM_NETD_PORT_H

#include <stdbool.h>

struct netd;
struct order;
struct tap;
struct wire_reply;

/* Make the port. On success the reply's body is filled, *ret_tap is the caller's, and true is
 * returned. Otherwise the reply is a refusal, and nothing of the port is left. */
bool port_make(const struct netd *netd, const struct order *order, struct wire_reply *reply,
	struct tap *ret_tap);

#endif
