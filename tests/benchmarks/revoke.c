/* SPDX-License-Identifier: MIT
 * From the misuse of a tap fd by its holder to the port being off the bridge, as the kernel's own
 * events tell it. Each time by another user: who loses many ports waits for a minute. */
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"

#define UID 40001
#define PATIENCE 1000 /* ms */

static int open_events(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		measure_fail("events");
	return fd;
}

/* Wait until the bridge says that the port left: RTM_DELLINK of its own family. */
static void wait_detached(int events, int ifindex)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
		uint8_t rest[8192];
	} event = {0};
	struct pollfd ready = {.fd = events, .events = POLLIN};

	for (;;) {
		if (poll(&ready, 1, PATIENCE) != 1) {
			errno = ETIMEDOUT;
			measure_fail("a misused port stays on its bridge");
		}
		if (recv(events, &event, sizeof(event), 0) > 0 &&
			event.header.nlmsg_type == RTM_DELLINK &&
			event.link.ifi_family == AF_BRIDGE && event.link.ifi_index == ifindex)
			return;
	}
}

static void misuse_mac(int tap)
{
	struct ifreq request = {.ifr_hwaddr = {.sa_family = ARPHRD_ETHER}};

	memcpy(request.ifr_hwaddr.sa_data, (const uint8_t[]){2, 9, 9, 9, 9, 9}, MAC_SIZE);
	if (ioctl(tap, SIOCSIFHWADDR, &request) < 0)
		measure_fail("SIOCSIFHWADDR");
}

void revoke_misuse(int tap)
{
	if (ioctl(tap, TUNSETPERSIST, 1UL) < 0)
		measure_fail("TUNSETPERSIST");
}

/* What of the port is on the bridge: its cable or itself. */
static int port_index(const char *interface)
{
	int tap = (int)if_nametoindex(interface), inner = 0;
	char name[IFNAME_SIZE] = "";

	snprintf(name, sizeof(name), "owvmb%d", tap);
	inner = (int)if_nametoindex(name);
	return inner > 0 ? inner : tap;
}

static void take(
	const char *path, const char *bridge, uid_t uid, const char *what, void (*misuse)(int tap))
{
	struct wire_tap_reply reply = {0};
	int events = -1, ifindex = 0;
	int tap = client_make(path, bridge, uid, 1, &reply);
	int64_t start = 0;

	/* The watcher reads what the making itself said. */
	measure_sleep(5000000);
	ifindex = port_index(reply.interface);
	events = open_events();
	start = measure_now();
	misuse(tap);
	wait_detached(events, ifindex);
	printf("revoke %s detached %lld\n", what, (long long)(measure_now() - start));
	close(events);
	while (if_nametoindex(reply.interface) != 0)
		measure_sleep(1000000);
	close(tap);
	measure_sleep(5000000);
}

void bench_revoke(const char *path, unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds; i++) {
		char own[IFNAME_SIZE] = "";

		/* Behind a cable an address is the holder's own affair. */
		take(path, client_own_bridge(UID + 2 * i, own), UID + 2 * i, "mac", misuse_mac);
		take(path, CLIENT_BRIDGE, UID + 2 * i + 1, "persist", revoke_misuse);
	}
}
