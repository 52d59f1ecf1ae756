/* SPDX-License-Identifier: MIT
 * The candidates: the ways to make a port that are compared. */
#include "tests/benchmarks/maker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "netd/kernel/netlink.h"
#include "netd/message/order.h"
#include "netd/port/arm.h"
#include "netd/port/making.h"
#include "netd/port/netd.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/rtnl.h"

/* The process that runs a maker runs no other, so each keeps its sockets. */
static int own_rtnl(void)
{
	static int rtnl = -1;

	if (rtnl < 0)
		rtnl = rtnl_open();
	return rtnl;
}

/* Step by step: what any program must do. */
static void make_raw(const struct setup *setup, unsigned int round, struct made *made)
{
	int bridge = (int)if_nametoindex(CLIENT_BRIDGE), rtnl = own_rtnl(), ifindex = 0;
	int64_t start = 0;

	(void)setup;
	(void)round;
	snprintf(made->name, sizeof(made->name), "raw0");
	start = measure_now();
	made->fd = rtnl_make_tap(made->name);
	ifindex = (int)if_nametoindex(made->name);
	rtnl_set_master(rtnl, ifindex, bridge);
	rtnl_set_up(rtnl, ifindex);
	made->ready = measure_now() - start;
}

/* netd's own batch, without netd: the price of all the settings that make a port safe. */
static void make_armed(const struct setup *setup, unsigned int round, struct made *made)
{
	static struct netlink *route;
	struct order order = {.queues = 1, .alias = "armed port of the bench"};
	struct netd netd = {.reaper = -1};
	struct making making = {.netd = &netd, .tap.ipv6 = true, .mtu = 1500, .order = &order};
	int64_t start = 0;

	(void)setup;
	if (route == NULL && netlink_open(0, &route) < 0)
		measure_fail("netlink");
	netd.route = route;
	making.bridge.ifindex = (int)if_nametoindex(CLIENT_BRIDGE);
	memcpy(order.host_mac, (const uint8_t[]){0xfe, 1, 2, 3, 4, (uint8_t)round}, MAC_SIZE);
	memcpy(order.mac, (const uint8_t[]){2, 1, 2, 3, 4, (uint8_t)round}, MAC_SIZE);
	snprintf(made->name, sizeof(made->name), "armed0");
	start = measure_now();
	made->fd = rtnl_make_tap(made->name);
	if (ioctl(made->fd, TUNSETOWNER, (unsigned long)MAKER_UID) < 0)
		measure_fail("TUNSETOWNER");
	making.tap.ifindex = (int)if_nametoindex(made->name);
	errno = -arm_apply(&making);
	if (errno != 0 || arm_differs(&making) != NULL)
		measure_fail("arm a port");
	made->ready = measure_now() - start;
}

static void ask_service(const char *path, const char *bridge, unsigned int round, struct made *made)
{
	struct wire_tap_reply tap = {0};
	int64_t start = measure_now();
	int socket = client_connect(path);

	made->fd = client_tap(socket, bridge, MAKER_UID, (uint8_t)round, &tap);
	close(socket);
	made->ready = measure_now() - start;
	memcpy(made->name, tap.interface, sizeof(made->name));
}

static void make_cable(const struct setup *setup, unsigned int round, struct made *made)
{
	ask_service(setup->socket, CLIENT_BRIDGE, round, made);
}

static void make_bare(const struct setup *setup, unsigned int round, struct made *made)
{
	char own[IFNAME_SIZE] = "";

	ask_service(setup->own_socket, client_own_bridge(MAKER_UID, own), round, made);
}

static pid_t spawn(char *const *argv)
{
	pid_t pid = -1;

	errno = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno != 0)
		measure_fail(argv[0]);
	return pid;
}

static void end(pid_t pid, const char *what)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || status != 0)
		measure_fail(what);
}

static void open_pair(int type, int pair[2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) < 0 || fcntl(pair[1], F_SETFD, 0) < 0)
		measure_fail("socketpair");
}

/* As owrun does it. */
static void make_oneshot(const struct setup *setup, unsigned int round, struct made *made)
{
	struct wire_tap_reply tap = {0};
	char number[12] = "";
	char *argv[] = {(char *)(uintptr_t)setup->netd, "--fd", number, NULL};
	int64_t start = measure_now();
	int pair[2] = {-1, -1};
	pid_t pid = -1;

	open_pair(SOCK_SEQPACKET, pair);
	snprintf(number, sizeof(number), "%d", pair[1]);
	pid = spawn(argv);
	close(pair[1]);
	made->fd = client_tap(pair[0], CLIENT_BRIDGE, MAKER_UID, (uint8_t)round, &tap);
	made->ready = measure_now() - start;
	close(pair[0]);
	end(pid, "owvm-netd --fd");
	made->ended = measure_now() - start;
	memcpy(made->name, tap.interface, sizeof(made->name));
}

/* As QEMU does it: one byte comes, with the fd. */
static void run_bridge_helper(const char *path, struct made *made)
{
	struct ifreq request = {.ifr_flags = 0};
	char number[24] = "", byte = 0;
	char *argv[] = {(char *)(uintptr_t)path, "--use-vnet", number, "--br=" CLIENT_BRIDGE, NULL};
	int64_t start = measure_now();
	int pair[2] = {-1, -1};
	size_t n = 0;
	pid_t pid = -1;

	open_pair(SOCK_STREAM, pair);
	snprintf(number, sizeof(number), "--fd=%d", pair[1]);
	pid = spawn(argv);
	close(pair[1]);
	if (fdpass_receive(pair[0], &byte, 1, &made->fd, 1, &n) != 1 || n != 1)
		measure_fail(path);
	made->ready = measure_now() - start;
	close(pair[0]);
	end(pid, path);
	made->ended = measure_now() - start;
	if (ioctl(made->fd, TUNGETIFF, &request) < 0)
		measure_fail("TUNGETIFF");
	memcpy(made->name, request.ifr_name, sizeof(made->name));
}

static void make_qemu(const struct setup *setup, unsigned int round, struct made *made)
{
	(void)round;
	run_bridge_helper(setup->bridge_helper, made);
}

static void make_qemu_capable(const struct setup *setup, unsigned int round, struct made *made)
{
	(void)round;
	run_bridge_helper(setup->capable_helper, made);
}

static void make_shell(const struct setup *setup, unsigned int round, struct made *made)
{
	static char script[] =
		"ip tuntap add dev shell0 mode tap && "
		"ip link set dev shell0 master " CLIENT_BRIDGE " && ip link set dev shell0 up";
	char *argv[] = {"/bin/sh", "-c", script, NULL};
	int64_t start = measure_now();

	(void)setup;
	(void)round;
	end(spawn(argv), "sh with ip");
	made->ready = made->ended = measure_now() - start;
	made->fd = -1;
	snprintf(made->name, sizeof(made->name), "shell0");
}

const struct maker makers[] = {
	{.name = "raw", .network = MAKER_APART, .make = make_raw},
	{.name = "armed", .network = MAKER_APART, .make = make_armed},
	{.name = "bare", .user = true, .network = MAKER_OWN, .make = make_bare},
	{.name = "cable", .user = true, .make = make_cable},
	{.name = "oneshot", .user = true, .network = MAKER_APART, .make = make_oneshot},
	{.name = "qemu", .make = make_qemu},
	{.name = "qemu-cap", .user = true, .make = make_qemu_capable},
	{.name = "shell", .make = make_shell},
};
const unsigned int makers_n = sizeof(makers) / sizeof(makers[0]);
