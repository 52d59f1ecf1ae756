/* SPDX-License-Identifier: MIT
 * Clients: ports of which the user's end is in a network namespace of his own. */
#include "netd/kernel/client.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "netd/kernel/link.h"
#include "netd/kernel/tun.h"
#include "netd/kernel/veth.h"

int client_namespace(int socket, uint32_t uid)
{
	OWNED_FD own = link_ioctl(SIOCGSKNS, NULL), theirs = ioctl(socket, SIOCGSKNS), users = -1;
	struct stat here = {0}, there = {0};
	uid_t owner = 0;

	/* EPERM: not below netd's user namespace. */
	if (theirs < 0 || own < 0 || fstat(own, &here) < 0 || fstat(theirs, &there) < 0)
		return -EPERM;
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return -EXDEV;
	users = ioctl(theirs, NS_GET_USERNS);
	if (users < 0 || ioctl(users, NS_GET_OWNER_UID, &owner) < 0 || owner != uid)
		return -EPERM;
	return cleanup_steal_fd(&theirs);
}

/* A name that is taken is the slot's, if there is such a link. One that went in between would be
 * taken for the user's own: so that is tried again. */
static int take_slot(struct netlink *route, const char *name, const struct veth_end *end)
{
	const struct veth_end slot = {.name = name, .group = LINK_GROUP_CLIENT, .mtu = end->mtu};
	struct link link = {0};
	int error = -EEXIST;

	for (int i = 0; i < 2 && error == -EEXIST; i++) {
		error = veth_make(route, &slot, end);
		if (error == -EEXIST && link_get_by_name(route, name, &link) == 0)
			return -EBUSY;
	}
	return error == -EEXIST ? -ENOTUNIQ : error;
}

int client_make(struct netlink *route, uint32_t uid, unsigned int taps, const struct veth_end *end,
	struct tap *ret_tap)
{
	struct tap tap = {.n = 0};
	struct link link = {0};
	int error = -EBUSY;

	for (unsigned int slot = taps; slot > 0 && error == -EBUSY; slot--) {
		ifname_slot_format(uid, slot - 1, tap.interface);
		error = take_slot(route, tap.interface, end);
	}
	if (error == 0)
		error = link_get_by_name(route, tap.interface, &link);
	tap.ifindex = link.ifindex;
	tap.ipv6 = link.ipv6;
	*ret_tap = tap;
	return error;
}
