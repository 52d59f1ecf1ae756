/* SPDX-License-Identifier: MIT
 * Arming a port: all its settings in one netlink batch, then the read-back. */
#ifndef OWVM_NETD_PORT_ARM_H
#define OWVM_NETD_PORT_ARM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "netd/kernel/link.h"

struct netlink;

struct arm_settings {
	int ifindex; /* the port */
	bool ipv6;   /* the kernel keeps IPv6 settings for it */
	struct link bridge;
	uint32_t mtu; /* bytes */
	unsigned int queues;
	uint8_t host_mac[MAC_SIZE];
	uint8_t guest_mac[MAC_SIZE];
	bool learns; /* no guest address is fixed: the port learns, within the bridge's limit */
	bool isolated;
	bool may_query; /* the guest may be a multicast router, and gets what one does */
	char alias[LINK_ALIAS_SIZE];
};

/* The messages of the batch, in this order; ARM_GUEST_MAC is left out for a port that learns,
 * ARM_BRIDGE_UP where the bridge is not netd's. */
enum arm_step {
	ARM_GUARD,     /* before the batch: the guards */
	ARM_MASTER,    /* MTU, host-side MAC, no IPv6 addresses; onto the bridge */
	ARM_GUEST_MAC, /* the static fdb entry; -EEXIST: the bridge has it on another port */
	ARM_BRIDGE_UP,
	ARM_UP, /* with the port flags LOCKED, LEARNING, GUARD, ROOT_BLOCK, ISOLATED and the alias:
		 * a link that bears one is a port with all its settings */
};

/* Send all settings. Returns 0 or -errno with the step that failed. */
int arm_apply(
	struct netlink *route, const struct arm_settings *settings, enum arm_step *reterr_step);

/* Does the kernel have it all? An old kernel acknowledges what it does not know. Returns the name
 * of the first setting that differs, NULL if none. */
const char *arm_differs(struct netlink *route, const struct arm_settings *settings);

#endif
