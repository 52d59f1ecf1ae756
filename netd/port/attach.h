/* SPDX-License-Identifier: MIT
 * Attaching a new port to its bridge. */
#ifndef OWVM_NETD_PORT_ATTACH_H
#define OWVM_NETD_PORT_ATTACH_H

#include "netd/kernel/tun.h"
#include "netd/port/arm.h"

struct netd;

/* A port that is being made. */
struct attach {
	const struct netd *netd;
	struct tap tap;
	struct arm_settings settings;
	bool guarded; /* there are guards already */
};

/* Get the bridge ready, making it where it is missing, and arm and guard the port on it. The front
 * has looked at the bridge before and refused at length what it saw; what is refused here happened
 * meanwhile. Returns 0; -ENODEV: there is no bridge; -EPROTOTYPE: it is none; or -errno of
 * arm_apply(). */
int attach_run(struct attach *attach);

#endif
