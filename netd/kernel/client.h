/* SPDX-License-Identifier: MIT
 * Clients: ports of which the user's end is not a tap but an interface in a network namespace of
 * his own, one end of a veth pair. The other end has the slot, and a cable (pair.h) ties it to the
 * bridge: the user, who has CAP_NET_ADMIN there, can send frames with a virtio header (packet(7),
 * PACKET_VNET_HDR), as by a tap. */
#ifndef OWVM_NETD_KERNEL_CLIENT_H
#define OWVM_NETD_KERNEL_CLIENT_H

#include <stdint.h>

struct netlink;
struct tap;
struct veth_end;

/* The network namespace that a client's socket was made in, which the client can neither choose
 * later nor pretend: of a socket that was accepted, the one of who connected (SIOCGSKNS,
 * ioctl_ns(2)).
 * Returns an fd, or -EXDEV: its user namespace is not that user's, or it is netd's own. */
int client_namespace(int socket, uint32_t uid);

/* Make a pair, of which one end has the highest free slot of uid below `taps`; the other one is
 * `end`. Returns 0; -EBUSY: all slots are taken; -ENOTUNIQ: the name of `end` is; or another
 * -errno. After an error, too, *ret_tap, which has no queues, is what exists and must go. */
int client_make(struct netlink *route, uint32_t uid, unsigned int taps, const struct veth_end *end,
	struct tap *ret_tap);

#endif
