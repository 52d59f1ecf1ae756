/* SPDX-License-Identifier: MIT
 * The forwarder's own address on the guest's LAN. */
#include "launcher/relay/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/mac.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"

#define PREFIX 24
#define PROBES 3
#define PROBE_PAUSE 100 /* ms: a guest under load has answered one of them by then */
/* OpenWrt gives out .100 to .249; people count from .2 upwards. */
#define HIGH_FIRST 250
#define HIGH_COUNT 5
#define LOW_LAST 99
#define LOW_COUNT 80

struct prober {
	int socket;
	struct sockaddr_ll everybody;
	uint8_t mac[MAC_SIZE];
};

static int open_prober(const char *interface, struct prober *prober)
{
	struct ifreq request = {0};
	OWNED_FD fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETHERTYPE_ARP));

	if (fd < 0)
		return -errno;
	memcpy(request.ifr_name, interface, strnlen(interface, sizeof(request.ifr_name) - 1));
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		return -errno;
	memcpy(prober->mac, request.ifr_hwaddr.sa_data, MAC_SIZE);
	prober->everybody = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_ARP),
		.sll_ifindex = (int)if_nametoindex(interface),
		.sll_halen = MAC_SIZE,
	};
	if (bind(fd, (struct sockaddr *)&prober->everybody, sizeof(prober->everybody)) < 0)
		return -errno;
	memset(prober->everybody.sll_addr, 0xff, MAC_SIZE);
	prober->socket = cleanup_steal_fd(&fd);
	return 0;
}

/* "Who has it?", asked by nobody: it changes no table. */
static void send_probe(const struct prober *prober, struct in_addr address)
{
	struct ether_arp arp = {
		.ea_hdr = {.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETHERTYPE_IP),
			.ar_hln = MAC_SIZE,
			.ar_pln = sizeof(address),
			.ar_op = htons(ARPOP_REQUEST)},
	};

	memcpy(arp.arp_sha, prober->mac, MAC_SIZE);
	memcpy(arp.arp_tpa, &address, sizeof(address));
	/* One that is lost is one of several. */
	(void)!sendto(prober->socket, &arp, sizeof(arp), 0,
		(const struct sockaddr *)&prober->everybody, sizeof(prober->everybody));
}

/* Does somebody else have the address, or is about to take it? */
static bool tells_of(
	const struct prober *prober, const struct ether_arp *arp, struct in_addr address)
{
	static const uint8_t nobody[sizeof(address)] = {0};
	bool has = memcmp(arp->arp_spa, &address, sizeof(address)) == 0;
	bool wants = memcmp(arp->arp_spa, nobody, sizeof(nobody)) == 0 &&
		     memcmp(arp->arp_tpa, &address, sizeof(address)) == 0;

	return memcmp(arp->arp_sha, prober->mac, MAC_SIZE) != 0 && (has || wants);
}

static bool is_taken(const struct prober *prober, struct in_addr address)
{
	struct pollfd wait = {.fd = prober->socket, .events = POLLIN};

	for (int i = 0; i < PROBES; i++) {
		int64_t deadline = deadline_in(PROBE_PAUSE);

		send_probe(prober, address);
		while (poll(&wait, 1, deadline_left(deadline)) > 0) {
			struct ether_arp arp = {0};

			if (recv(prober->socket, &arp, sizeof(arp), 0) == sizeof(arp) &&
				tells_of(prober, &arp, address))
				return true;
		}
	}
	return false;
}

/* The last byte of the n-th address to try. */
static uint32_t candidate(uint32_t start, uint32_t n)
{
	return n < HIGH_COUNT ? HIGH_FIRST + (start + n) % HIGH_COUNT
			      : LOW_LAST - (start + n) % LOW_COUNT;
}

int address_choose(
	const char *interface, struct in_addr guest, struct cidr *ret_address, char **reterr_text)
{
	uint32_t net = ntohl(guest.s_addr) & 0xffffff00u, start = 0;
	struct prober prober = {.socket = -1};
	OWNED_FD fd = -1;
	int r = open_prober(interface, &prober);

	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot ask by ARP on '%s': %s", interface, strerror(-r));
	fd = prober.socket;
	/* Two that try at the same time do not try the same. */
	(void)!getrandom(&start, sizeof(start), GRND_NONBLOCK);
	start %= HIGH_COUNT * LOW_COUNT;
	for (uint32_t n = 0; n < HIGH_COUNT + LOW_COUNT; n++) {
		struct in_addr address = {.s_addr = htonl(net | candidate(start, n))};

		if (address.s_addr != guest.s_addr && !is_taken(&prober, address)) {
			*ret_address =
				(struct cidr){.address = ntohl(address.s_addr), .prefix = PREFIX};
			return 0;
		}
	}
	return text_fail(reterr_text, -EADDRINUSE,
		"no address beside the guest's is free for forwards on its LAN");
}
