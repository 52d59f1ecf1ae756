/* SPDX-License-Identifier: MIT
 * Veth pairs (veth(4)). */
#ifndef OWVM_NETD_KERNEL_VETH_H
#define OWVM_NETD_KERNEL_VETH_H

#include <stdint.h>

struct netlink;

struct veth_end {
	const char *name;
	uint32_t group;	    /* IFLA_GROUP */
	int netns;	    /* fd of the namespace that it is made in; 0: this one */
	uint32_t mtu;	    /* bytes; 0: the kernel's choice */
	const uint8_t *mac; /* NULL: the kernel's choice */
};

/* Make a pair of which both ends are down. Returns 0, -EEXIST: one of the names is taken; or
 * another -errno. */
int veth_make(struct netlink *route, const struct veth_end *end, const struct veth_end *peer);

#endif
