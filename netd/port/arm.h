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
	int tap;
	struct pair pair; /* inner 0: the tap is the bridge's port itself */
	bool ipv6;	  /* the kernel keeps IPv6 settings for links */
	struct link bridge;
	uint32_t mtu;		   /* bytes */
	bool takes_mac;		   /* from a port that has it without a guest */
	const struct order *order; /* what is to be set */
};

/* The messages of the batch, in this order; ARM_GUEST_MAC is left out for a port that learns,
 * ARM_BRIDGE_UP where the bridge is not netd's. */
enum arm_step {
	ARM_GUARD,     /* before the batch: the guards */
	ARM_LINKS,     /* MTU, no IPv6 addresses, host-side MAC of what is not the bridge's port */
	ARM_MASTER,    /* the same of the port, and onto the bridge */
	ARM_GUEST_MAC, /* the static fdb entry; -EEXIST: the bridge has it on another port */
	ARM_BRIDGE_UP,
	ARM_UP, /* with the port flags LOCKED, LEARNING, GUARD, ROOT_BLOCK, ISOLATED; the tap comes
		 * last, with the alias: a tap that bears one is a port with all its settings */
};

/* Send all settings. Returns 0 or -errno with the step that failed. */
int arm_apply(
	struct netlink *route, const struct arm_settings *settings, enum arm_step *reterr_step);

/* Does the kernel have it all? An old kernel acknowledges what it does not know. Returns the name
 * of the first setting that differs, NULL if none. */
const char *arm_differs(struct netlink *route, const struct arm_settings *settings);

#endif
