/* SPDX-License-Identifier: MIT
 * Attaching a new tap to its bridge. */
#ifndef OWVM_NETD_PORT_ATTACH_H
#define OWVM_NETD_PORT_ATTACH_H

#include "netd/kernel/tun.h"
#include "netd/port/arm.h"

struct netd;
struct order;
struct wire_reply;

/* A port that is being made. */
struct attach {
	const struct netd *netd;
	const struct order *order;
	struct tap tap;
	struct arm_settings settings;
	bool guarded;	    /* there are guards already */
	bool robbed;	    /* somebody else was faster to attach to the tap: try again */
	int error;	    /* of the last attempt */
	enum arm_step step; /* where it happened */
};

/* Get the bridge ready, making it where it is missing, and arm and guard the port on it. False with
 * a refusal. The front has looked at the bridge before and refused at length what it saw; what is
 * refused here happened meanwhile. */
bool attach_run(struct attach *attach, struct wire_reply *reply);

#endif
