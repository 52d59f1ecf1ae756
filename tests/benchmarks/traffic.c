/* SPDX-License-Identifier: MIT
 * Frames per second from one port to another on the same bridge, as the sender feels it.
 *
 * Three pairs of ports exist at the same time and take turns: plain taps, ports of netd, and ports
 * of netd whose guards (a chain in nftables) were taken away. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/ports.h"
#include "tests/benchmarks/rtnl.h"

#define UID 33001
#define IPV4_SIZE 20
#define BURST 250 /* frames; the queue of a tap holds 500 */
#define BURSTS 8  /* that are timed together */
#define SIZE_MAX_FRAME 1514

struct pair {
	const char *name;
	int from, to;
	uint8_t source[MAC_SIZE], target[MAC_SIZE];
};

struct frame {
	uint8_t bytes[SIZE_MAX_FRAME];
	size_t size;
};

/* Of the IPv4 header: hosts with br_netfilter drop what is wrong. */
static uint16_t checksum(const uint8_t header[IPV4_SIZE])
{
	uint32_t sum = 0;

	for (size_t i = 0; i < IPV4_SIZE; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

/* IPv4 and UDP, so that each guard has something to look at. */
static struct frame make_frame(
	const uint8_t source[MAC_SIZE], const uint8_t target[MAC_SIZE], size_t size)
{
	static const uint8_t start[] = {0x08, 0x00, 0x45};
	static const uint8_t rest[] = {64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 48, 57, 48, 58};
	struct frame frame = {.size = size};
	uint8_t *bytes = frame.bytes, *ipv4 = bytes + ETH_HLEN;

	memcpy(bytes, target, MAC_SIZE);
	memcpy(bytes + MAC_SIZE, source, MAC_SIZE);
	memcpy(bytes + 2 * MAC_SIZE, start, sizeof(start));
	memcpy(ipv4 + 8, rest, sizeof(rest));
	put_16(ipv4 + 2, size - ETH_HLEN);
	put_16(ipv4 + IPV4_SIZE + 4, size - ETH_HLEN - IPV4_SIZE);
	put_16(ipv4 + 10, checksum(ipv4));
	return frame;
}

static void send_frame(int tap, const struct frame *frame)
{
	if (write(tap, frame->bytes, frame->size) != (ssize_t)frame->size)
		measure_fail("send a frame");
}

/* Take what has arrived; returns the number of frames of that size. */
static unsigned int drain(int tap, size_t size)
{
	uint8_t bytes[SIZE_MAX_FRAME + 1] = {0};
	unsigned int n = 0;
	ssize_t length = 0;

	while ((length = read(tap, bytes, sizeof(bytes))) > 0)
		n += (size_t)length == size;
	return n;
}

static void take(const struct pair *pair, size_t size)
{
	struct frame frame = make_frame(pair->source, pair->target, size);
	int64_t time = 0;

	for (int i = 0; i < BURSTS; i++) {
		int64_t start = measure_now();

		for (int j = 0; j < BURST; j++)
			send_frame(pair->from, &frame);
		time += measure_now() - start;
		if (drain(pair->to, frame.size) != BURST) {
			errno = ENOBUFS;
			measure_fail(pair->name);
		}
	}
	printf("traffic %s %zu %d %lld\n", pair->name, size, BURST * BURSTS, (long long)time);
}

static int make_plain(const char *name)
{
	int rtnl = rtnl_open(), fd = rtnl_make_tap(name), ifindex = (int)if_nametoindex(name);

	rtnl_set_master(rtnl, ifindex, (int)if_nametoindex(CLIENT_BRIDGE));
	rtnl_set_up(rtnl, ifindex);
	close(rtnl);
	return fd;
}

/* Let the bridge learn where the target is. */
static struct pair plain_pair(void)
{
	struct pair pair = {.name = "plain",
		.from = make_plain("plain0"),
		.to = make_plain("plain1"),
		.source = {2, 8, 8, 8, 8, 0},
		.target = {2, 8, 8, 8, 8, 1}};
	struct frame frame = make_frame(pair.target, pair.source, 64);

	send_frame(pair.to, &frame);
	return pair;
}

static bool remove_guards(const char *interface)
{
	char chain[24] = "";
	char *argv[] = {"/usr/sbin/nft", "delete", "chain", "netdev", "owvm", chain, NULL};
	int status = 0;
	pid_t pid = -1;

	snprintf(chain, sizeof(chain), "port-%u", if_nametoindex(interface));
	errno = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno != 0 || waitpid(pid, &status, 0) != pid)
		measure_fail(argv[0]);
	return status == 0;
}

static struct pair netd_pair(const char *path, const char *name, uid_t uid, bool guards)
{
	struct pair pair = {.name = name};
	struct wire_tap_reply from = {0}, to = {0};

	pair.from = client_make(path, uid, 1, &from);
	pair.to = client_make(path, uid, 2, &to);
	memcpy(pair.source, from.mac, MAC_SIZE);
	memcpy(pair.target, to.mac, MAC_SIZE);
	if (!guards && (!remove_guards(from.interface) || !remove_guards(to.interface)))
		fprintf(stderr, "bench: the ports have no guards\n");
	return pair;
}

void bench_traffic(const char *path, unsigned int rounds)
{
	const struct pair pairs[] = {plain_pair(), netd_pair(path, "guarded", UID, true),
		netd_pair(path, "unguarded", UID + 1, false)};
	const unsigned int n = sizeof(pairs) / sizeof(*pairs);

	for (unsigned int i = 0; i < n; i++) {
		fcntl(pairs[i].to, F_SETFL, O_NONBLOCK);
		fcntl(pairs[i].from, F_SETFL, O_NONBLOCK);
	}
	measure_sleep(500000000);
	for (unsigned int i = 0; i < n; i++)
		drain(pairs[i].to, 0);
	for (unsigned int i = 0; i < rounds * n; i++) {
		take(&pairs[(i + i / n) % n], 64);
		take(&pairs[(i + i / n) % n], 1400);
	}
	ports_delete(UID, 2);
}
