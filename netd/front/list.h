/* SPDX-License-Identifier: MIT
 * The two lists that a client can walk: the rules that apply to it, and its ports. */
#ifndef OWVM_NETD_FRONT_LIST_H
#define OWVM_NETD_FRONT_LIST_H

#include "common/wire.h"
#include "policy/policy.h"

struct front;

void list_nets(const struct front *front, const struct policy_subject *subject,
	const struct wire_nets_request *request, struct wire_reply *reply);

/* Root sees everybody's ports. */
void list_ports(const struct front *front, const struct policy_subject *subject,
	const struct wire_ports_request *request, struct wire_reply *reply);

#endif
