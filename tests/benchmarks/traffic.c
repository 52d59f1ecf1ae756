/* SPDX-License-Identifier: MIT
 * Frames per second from one port to another on the same bridge, as the sender feels it.
 *
 * Pairs of ports exist at the same time and take turns: plain taps, ports of netd that are bare
 * taps or cables, and pairs of which one end is a cable and the other one plain. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/ports.h"
#include "tests/benchmarks/rtnl.h"

#define UID 33001
#define PAIRS 5
#define IPV4_SIZE 20
#define BURST 250 /* frames; the queue of a tap holds 500 */
#define BURSTS 8  /* that are timed together */
#define SIZE_MAX_FRAME 1514

/* Of a port of netd's, before each frame. */
#define HEADER_SIZE 10
#define PATIENCE 1000 /* ms, of frames that wait for a processor */

struct end {
	int fd;
	size_t header; /* bytes */
};

struct pair {
	const char *name;
	struct end from, to;
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

static void send_frame(struct end end, const struct frame *frame)
{
	static uint8_t header[HEADER_SIZE];
	/* A plain tap gets none. */
	const struct iovec parts[] = {{.iov_base = header, .iov_len = end.header},
		{.iov_base = (void *)(uintptr_t)frame->bytes, .iov_len = frame->size}};

	if (writev(end.fd, parts, 2) != (ssize_t)(end.header + frame->size))
		measure_fail("send a frame");
}

/* Take what has arrived, and wait for `wanted` frames of that size; returns their number. */
static unsigned int drain(struct end end, size_t size, unsigned int wanted)
{
	uint8_t bytes[HEADER_SIZE + SIZE_MAX_FRAME + 1] = {0};
	struct pollfd ready = {.fd = end.fd, .events = POLLIN};
	unsigned int n = 0;
	ssize_t length = 0;

	do
		while ((length = read(end.fd, bytes, sizeof(bytes))) > 0)
			n += (size_t)length == end.header + size;
	while (n < wanted && poll(&ready, 1, PATIENCE) == 1);
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
		if (drain(pair->to, frame.size, BURST) != BURST) {
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

static struct end plain_end(const char *name, uint8_t number, uint8_t ret_mac[MAC_SIZE])
{
	struct end end = {.fd = make_plain(name)};

	memcpy(ret_mac, (const uint8_t[]){2, 8, 8, 8, 8, number}, MAC_SIZE);
	return end;
}

static struct end netd_end(
	const char *path, const char *bridge, uid_t uid, uint8_t number, uint8_t ret_mac[MAC_SIZE])
{
	struct wire_tap_reply reply = {0};
	struct end end = {
		.fd = client_make(path, bridge, uid, number, &reply), .header = HEADER_SIZE};

	memcpy(ret_mac, reply.mac, MAC_SIZE);
	return end;
}

static void make_pairs(const char *path, struct pair pairs[PAIRS])
{
	char own[IFNAME_SIZE] = "";

	client_own_bridge(UID, own);
	pairs[0].name = "plain";
	pairs[0].from = plain_end("plain0", 0, pairs[0].source);
	pairs[0].to = plain_end("plain1", 1, pairs[0].target);
	pairs[1].name = "bare";
	pairs[1].from = netd_end(path, own, UID, 1, pairs[1].source);
	pairs[1].to = netd_end(path, own, UID, 2, pairs[1].target);
	pairs[2].name = "cable";
	pairs[2].from = netd_end(path, CLIENT_BRIDGE, UID, 3, pairs[2].source);
	pairs[2].to = netd_end(path, CLIENT_BRIDGE, UID, 4, pairs[2].target);
	pairs[3].name = "from-cable";
	pairs[3].from = netd_end(path, CLIENT_BRIDGE, UID, 5, pairs[3].source);
	pairs[3].to = plain_end("plain2", 2, pairs[3].target);
	pairs[4].name = "to-cable";
	pairs[4].from = plain_end("plain3", 3, pairs[4].source);
	pairs[4].to = netd_end(path, CLIENT_BRIDGE, UID, 6, pairs[4].target);
}

void bench_traffic(const char *path, unsigned int rounds)
{
	struct pair pairs[PAIRS] = {{.name = NULL}};

	make_pairs(path, pairs);
	for (unsigned int i = 0; i < PAIRS; i++) {
		struct frame frame = make_frame(pairs[i].target, pairs[i].source, 64);

		fcntl(pairs[i].to.fd, F_SETFL, O_NONBLOCK);
		fcntl(pairs[i].from.fd, F_SETFL, O_NONBLOCK);
		/* Let the bridge learn where a plain target is. */
		send_frame(pairs[i].to, &frame);
	}
	measure_sleep(500000000);
	for (unsigned int i = 0; i < PAIRS; i++) {
		drain(pairs[i].to, 0, 0);
		drain(pairs[i].from, 0, 0);
	}
	for (unsigned int i = 0; i < rounds * PAIRS; i++) {
		take(&pairs[(i + i / PAIRS) % PAIRS], 64);
		take(&pairs[(i + i / PAIRS) % PAIRS], 1400);
	}
	ports_delete(UID, 1);
}
