/* SPDX-License-Identifier: MIT
 * Plain rtnetlink, one request and one acknowledgement at a time. */
#include "tests/benchmarks/rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/benchmarks/measure.h"

struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	uint8_t attributes[128];
};

static struct request start(uint16_t type, uint16_t flags, int ifindex)
{
	return (struct request){
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = type,
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)},
		.link = {.ifi_index = ifindex},
	};
}

static void put(struct request *request, uint16_t type, const void *data, size_t size)
{
	uint8_t *end = (uint8_t *)request + NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr attribute = {.rta_len = (uint16_t)RTA_LENGTH(size), .rta_type = type};

	memcpy(end, &attribute, sizeof(attribute));
	memcpy(end + RTA_LENGTH(0), data, size);
	request->header.nlmsg_len =
		NLMSG_ALIGN(request->header.nlmsg_len) + (uint32_t)RTA_ALIGN(attribute.rta_len);
}

/* Returns 0 or -errno. */
static int try(int rtnl, const struct request *request, const char *what)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		uint8_t rest[512];
	} reply = {.error = {.error = -EIO}};

	if (send(rtnl, request, request->header.nlmsg_len, 0) < 0 ||
		recv(rtnl, &reply, sizeof(reply), 0) < 0)
		measure_fail(what);
	return reply.error.error;
}

static void run(int rtnl, const struct request *request, const char *what)
{
	errno = -try(rtnl, request, what);
	if (errno != 0)
		measure_fail(what);
}

int rtnl_open(void)
{
	int rtnl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (rtnl < 0)
		measure_fail("netlink");
	return rtnl;
}

void rtnl_set_master(int rtnl, int ifindex, int bridge)
{
	struct request request = start(RTM_NEWLINK, 0, ifindex);

	put(&request, IFLA_MASTER, &bridge, sizeof(bridge));
	run(rtnl, &request, "set master");
}

void rtnl_set_up(int rtnl, int ifindex)
{
	struct request request = start(RTM_NEWLINK, 0, ifindex);

	request.link.ifi_flags = request.link.ifi_change = IFF_UP;
	run(rtnl, &request, "set up");
}

void rtnl_set_group(int rtnl, int ifindex, unsigned int group)
{
	struct request request = start(RTM_NEWLINK, 0, ifindex);

	put(&request, IFLA_GROUP, &group, sizeof(group));
	run(rtnl, &request, "set group");
}

void rtnl_delete_group(int rtnl, unsigned int group)
{
	struct request request = start(RTM_DELLINK, 0, 0);

	put(&request, IFLA_GROUP, &group, sizeof(group));
	errno = -try(rtnl, &request, "delete a group");
	if (errno != 0 && errno != ENODEV)
		measure_fail("delete a group");
}

int rtnl_make_tap(const char *name)
{
	struct ifreq request = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL)};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	memcpy(request.ifr_name, name, strlen(name) + 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		measure_fail(name);
	return fd;
}
