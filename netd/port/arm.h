/* SPDX-License-Identifier: MIT
 * Arming a port: all its settings in one netlink batch, then the read-back. */
#ifndef OWVM_NETD_PORT_ARM_H
#define OWVM_NETD_PORT_ARM_H

#include <stdbool.h>
#include <stdint.h>

#include "netd/kernel/link.h"
#include "netd/kernel/pair.h"

struct netlink;
struct order;

struct arm_settings {
	const struct order *order;
	int tap;
	struct pair pair; /* inner 0: the tap is the bridge's port itself */
	bool ipv6;	  /* the kernel keeps IPv6 settings for links */
	struct link bridge;
	uint32_t mtu;	/* bytes */
	bool takes_mac; /* from a port of the bridge that has it without a guest */
};

/* Send all settings: MTU, host-side MAC, no IPv6 addresses; onto the bridge, with the static fdb
 * entry (not for a port that learns); a bridge of netd's up; up, with the port flags LOCKED,
 * LEARNING, GUARD, ROOT_BLOCK, ISOLATED. The tap comes last, with the alias: a tap that bears one
 * is a port with all its settings. Returns 0; -EEXIST: the bridge has the guest's MAC on another
 * port; -EXFULL: it cannot bear another one; or another -errno. */
int arm_apply(struct netlink *route, const struct arm_settings *settings);

/* Does the kernel have it all? An old kernel acknowledges what it does not know. Returns the name
 * of the first setting that differs, NULL if none. */
const char *arm_differs(struct netlink *route, const struct arm_settings *settings);

#endif
