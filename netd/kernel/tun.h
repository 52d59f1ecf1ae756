/* SPDX-License-Identifier: MIT
 * Taps: the slots of a uid, and queues. */
#ifndef OWVM_NETD_KERNEL_TUN_H
#define OWVM_NETD_KERNEL_TUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fdpass.h"
#include "common/ifname.h"

/* What netd opens in the file system once it serves. */
#define TUN_DEVICE "/dev/net/tun"
#define TUN_VHOST_DEVICE "/dev/vhost-net"

struct netlink;

/* A tap's queues, and behind them, where there are any, as many vhost fds. Start with {0}. */
struct tap {
	char interface[IFNAME_SIZE];
	int ifindex;	     /* 0: not known */
	bool ipv6;	     /* the kernel keeps IPv6 settings for it */
	int fds[FDPASS_MAX]; /* the holder's to close */
	size_t n;
};

/* A name for the time being, which nobody can guess. */
void tun_hide(char ret_name[IFNAME_SIZE]);

/* Take the highest free slot of uid below `slots`: at once, or for a link that has been hidden. The
 * kernel's check that names are unique is the quota. Returns 0; -EBUSY: all are taken; or another
 * -errno. */
int tun_take_slot(
	struct netlink *route, uint32_t uid, unsigned int slots, bool hidden, struct tap *tap);

/* Make a tap in the highest free slot of uid below `taps`, owned by netd's own uid, not persistent.
 * A virtio header comes before each frame,
 * in which its writer has the kernel put a checksum where he likes. Returns 0; -EBUSY:
 * all slots are taken; -ENXIO: /dev/net/tun cannot be opened; -EAGAIN: somebody was in it before it
 * had its owner, and another one may be made; another -errno: the kernel refused. After an error,
 * too, *ret_tap is what exists and must go. */
int tun_make(struct netlink *route, uint32_t uid, unsigned int taps, unsigned int queues,
	struct tap *ret_tap);

/* Add a vhost-net fd for each of the tap's queues. Returns 0, or -errno and adds none. */
int tun_add_vhosts(struct tap *tap);

/* Delete a tap that nobody holds; one with a single queue is left alone while somebody does. */
void tun_remove_unheld(const char *name, unsigned int queues);

#endif
