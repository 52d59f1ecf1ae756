/* SPDX-License-Identifier: MIT
 * Attaching a new tap to its bridge. */
#ifndef OWVM_NETD_ATTACH_H
#define OWVM_NETD_ATTACH_H

#include "netd/arm.h"

struct netd;
struct order;
struct wire_reply;

/* A port that is being made. */
struct attach {
	const struct netd *netd;
	const struct order *order;
	char interface[IFNAME_SIZE];
	struct arm_settings settings;
	int error; /* of the last attempt, for the log */
};

/* Look the bridge of the order up. False with a refusal. None yet (ifindex 0) is fine where the
 * order lets netd make it. */
bool attach_find_bridge(
	const struct attach *attach, struct wire_reply *reply, struct link *ret_bridge);

/* What only the bridge can tell about the guest's address. False with a refusal. */
bool attach_check_mac(
	const struct attach *attach, const struct link *bridge, struct wire_reply *reply);

/* Get the bridge ready, making it where it is missing, and arm the port on it. False with a
 * refusal. */
bool attach_run(struct attach *attach, struct wire_reply *reply);

#endif
