/* SPDX-License-Identifier: MIT
 * Taps: the slots of a uid, and queues (drivers/net/tun.c of the kernel).
 *
 * A tap with several queues can be attached to by any local user until it has an owner, which is
 * one system call after it was made: who knows its name wins a queue in every other try. So it is
 * made under a name that nobody can guess, and gets its slot's name when it has its owner. */
#include "netd/kernel/tun.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "netd/kernel/link.h"

/* With a virtio header guests hand over segments of 64 KiB and leave checksums to whoever needs
 * them. QEMU's tap backend asks the kernel whether there is one. */
#define FLAGS (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)

static int set_name(int fd, const char *name, int flags)
{
	struct ifreq request = {0};

	memcpy(request.ifr_name, name, strlen(name) + 1);
	request.ifr_flags = (short)flags;
	return ioctl(fd, TUNSETIFF, &request) < 0 ? -errno : 0;
}

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : -ENXIO;
	return fd;
}

/* Is the name of a slot free, or was the error another one? EEXIST: it belongs to something that is
 * not a tap. */
static bool taken(int error)
{
	return error == -EBUSY || error == -EEXIST;
}

void tun_hide(char ret_name[IFNAME_SIZE])
{
	uint32_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		abort();
	snprintf(ret_name, IFNAME_SIZE, "owvm-%08x", number);
}

int tun_take_slot(
	struct netlink *route, uint32_t uid, unsigned int slots, bool hidden, struct tap *tap)
{
	char name[IFNAME_SIZE] = "";
	int error = -EBUSY;

	for (unsigned int slot = slots; slot > 0 && taken(error); slot--) {
		ifname_slot_format(uid, slot - 1, name);
		error = hidden ? link_rename(route, tap->ifindex, name)
			       : set_name(tap->fds[0], name, FLAGS | IFF_TUN_EXCL);
	}
	if (error == 0)
		memcpy(tap->interface, name, IFNAME_SIZE);
	return taken(error) ? -EBUSY : error;
}

static int make_hidden(struct tap *tap)
{
	int error = 0;

	tun_hide(tap->interface);
	error = set_name(tap->fds[0], tap->interface, FLAGS | IFF_MULTI_QUEUE | IFF_TUN_EXCL);
	return taken(error) ? -EAGAIN : error;
}

static int find(struct netlink *route, struct tap *tap)
{
	struct link link = {0};
	int error = link_get_by_name(route, tap->interface, &link);

	tap->ifindex = link.ifindex;
	tap->ipv6 = link.ipv6;
	/* Who attached before it had its owner is still there, or has seen to it that he can
	 * return. Later it would be a port of its user's, who would be blamed. */
	if (error == 0 && (link.tun.queues + link.tun.disabled != 1 || link.tun.persist ||
				  link.tun.owner != getuid() || link.tun.group != UINT32_MAX))
		return -EAGAIN;
	return error;
}

/* Add fds of a device until there are n: queues of the tap, or vhosts. */
static int add_fds(struct tap *tap, size_t n, const char *device, bool attach)
{
	int error = 0;

	while (error == 0 && tap->n < n) {
		int fd = open_device(device);

		if (fd < 0)
			return fd;
		tap->fds[tap->n++] = fd;
		if (attach)
			error = set_name(fd, tap->interface, FLAGS | IFF_MULTI_QUEUE);
	}
	return error;
}

int tun_make(struct netlink *route, uint32_t uid, unsigned int taps, unsigned int queues,
	struct tap *ret_tap)
{
	int fd = open_device(TUN_DEVICE), error = 0;

	static_assert(2 * WIRE_QUEUES_MAX <= FDPASS_MAX, "fds of one message");
	assert(taps > 0 && taps <= IFNAME_SLOT_MAX && queues > 0 && queues <= WIRE_QUEUES_MAX);
	*ret_tap = (struct tap){.fds = {fd}, .n = fd < 0 ? 0 : 1};
	if (fd < 0)
		return fd;
	error = queues == 1 ? tun_take_slot(route, uid, taps, false, ret_tap)
			    : make_hidden(ret_tap);
	/* Without an owner any local user could attach to it while nobody holds it. */
	if (error == 0 && ioctl(fd, TUNSETOWNER, (unsigned long)getuid()) < 0)
		error = -errno;
	if (error == 0)
		error = find(route, ret_tap);
	if (error == 0 && queues > 1)
		error = tun_take_slot(route, uid, taps, true, ret_tap);
	return error < 0 ? error : add_fds(ret_tap, queues, TUN_DEVICE, true);
}

int tun_add_vhosts(struct tap *tap)
{
	size_t queues = tap->n;
	int error = add_fds(tap, 2 * queues, TUN_VHOST_DEVICE, false);

	while (error < 0 && tap->n > queues)
		close(tap->fds[--tap->n]);
	return error;
}

void tun_remove_unheld(const char *name, unsigned int queues)
{
	OWNED_FD fd = open_device(TUN_DEVICE);

	if (fd < 0 || set_name(fd, name, FLAGS | (queues > 1 ? IFF_MULTI_QUEUE : 0)) < 0)
		return;
	/* Closing the last fd deletes what is not persistent. */
	ioctl(fd, TUNSETPERSIST, 0UL);
}
