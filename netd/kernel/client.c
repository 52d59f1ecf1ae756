/* SPDX-License-Identifier: MIT
 * Clients: ports of which the user's end is in a network namespace of his own. */
#include "netd/kernel/client.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
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

	/* The first fails where it is not below netd's user namespace. */
	if (theirs < 0 || own < 0 || fstat(own, &here) < 0 || fstat(theirs, &there) < 0 ||
		(here.st_dev == there.st_dev && here.st_ino == there.st_ino))
		return -EXDEV;
	users = ioctl(theirs, NS_GET_USERNS);
	if (users < 0 || ioctl(users, NS_GET_OWNER_UID, &owner) < 0 || owner != uid)
		return -EXDEV;
	return cleanup_steal_fd(&theirs);
}

int client_make(struct netlink *route, uint32_t uid, unsigned int taps, const struct veth_end *end,
	struct tap *ret_tap)
{
	const struct veth_end hidden = {.name = ret_tap->interface, .group = LINK_GROUP_CLIENT};
	struct link link = {0};
	int error = 0;

	/* Hidden, as a slot that is taken could not be told from a name that is taken inside. */
	*ret_tap = (struct tap){.n = 0};
	tun_hide(ret_tap->interface);
	error = veth_make(route, &hidden, end);
	if (error == 0)
		error = link_get_by_name(route, hidden.name, &link);
	ret_tap->ifindex = link.ifindex;
	ret_tap->ipv6 = link.ipv6;
	if (error == 0)
		error = tun_take_slot(route, uid, taps, true, ret_tap);
	return error == -EEXIST ? -ENOTUNIQ : error;
}
