/* SPDX-License-Identifier: MIT
 * Taps: the slots of a uid, and leftovers in them (drivers/net/tun.c of the kernel). */
#include "netd/tun.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/cleanup.h"

#define DEVICE "/dev/net/tun"
/* QEMU wants the virtio header; its tap backend asks the kernel whether it is there. */
#define FLAGS (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)
#define FLAG_EXCL 0x8000 /* IFF_TUN_EXCL does not fit a positive short */

static int set_name(int fd, const char *name, int flags)
{
	struct ifreq request = {0};

	memcpy(request.ifr_name, name, strlen(name) + 1);
	request.ifr_flags = (short)flags;
	return ioctl(fd, TUNSETIFF, &request) < 0 ? -errno : 0;
}

static int take(int fd, uint32_t uid, unsigned int taps, char ret_name[IFNAME_SIZE])
{
	char name[IFNAME_SIZE] = "";

	for (unsigned int slot = taps; slot > 0; slot--) {
		int error = 0;

		ifname_slot_format(uid, slot - 1, name);
		error = set_name(fd, name, FLAGS | FLAG_EXCL);
		if (error == 0)
			memcpy(ret_name, name, IFNAME_SIZE);
		/* EEXIST: the name belongs to something that is not a tap. */
		if (error != -EBUSY && error != -EEXIST)
			return error;
	}
	return -EBUSY;
}

int tun_take_slot(uint32_t uid, unsigned int taps, char ret_name[IFNAME_SIZE], int *ret_fd)
{
	OWNED_FD fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	int error = 0;

	static_assert(IFF_TUN_EXCL == FLAG_EXCL, "flags of TUNSETIFF");
	assert(taps > 0 && taps <= IFNAME_SLOT_MAX);
	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : -ENODEV;
	error = take(fd, uid, taps, ret_name);
	if (error < 0)
		return error;
	/* Without an owner any local user could attach to the tap while nobody holds it. */
	if (ioctl(fd, TUNSETOWNER, (unsigned long)getuid()) < 0)
		return -errno;
	*ret_fd = cleanup_steal_fd(&fd);
	return 0;
}

void tun_remove_stale(const char *name)
{
	OWNED_FD fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0 || set_name(fd, name, FLAGS) < 0)
		return;
	/* Closing the last fd deletes what is not persistent. */
	ioctl(fd, TUNSETPERSIST, 0UL);
}
