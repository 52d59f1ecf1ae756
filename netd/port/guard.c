/* SPDX-License-Identifier: MIT
 * Guards: what a port passes from no guest, and a bridge of netd's not to the host.
 *
 * The rules drop, and count what they drop: `nft list table netdev owvm`; some pass what no later
 * one is about. What is the same for all ports stands in a chain of its own, which the ports' jump
 * to. A frame that bears a VLAN tag is judged by what is inside it: the kernel has taken
 * the tag off. One with two tags would be judged by its second, so no port passes any
 * (__netif_receive_skb_core() in net/core/dev.c, nft_do_chain_netdev() in
 * net/netfilter/nft_chain_filter.c of the kernel). */
#include "netd/port/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>

#include "common/cidr.h"
#include "common/mac.h"
#include "netd/kernel/link.h"
#include "netd/kernel/nft.h"
#include "netd/kernel/pair.h"
#include "netd/message/order.h"
#include "netd/port/alias.h"
#include "netd/port/making.h"
#include "netd/port/netd.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Parts of a test: EtherTypes, the protocols above IP, bytes of a header. */
#define PROTOCOL(bytes) .base = NFT_META, .from = NFT_META_PROTOCOL, .size = 2, .value = (bytes)
#define L4(byte) .base = NFT_META, .from = NFT_META_L4PROTO, .size = 1, .value = (byte)
#define OIF(ifindex) .base = NFT_META, .from = NFT_META_OIF, .size = 4, .value = (ifindex)
#define LINK(at, n) .base = NFT_PAYLOAD_LL_HEADER, .from = (at), .size = (n)
#define NETWORK(at, n) .base = NFT_PAYLOAD_NETWORK_HEADER, .from = (at), .size = (n)
#define TRANSPORT(at, n) .base = NFT_PAYLOAD_TRANSPORT_HEADER, .from = (at), .size = (n)
#define IS(bytes) .value = (bytes)
#define IS_NOT(bytes) .differs = true, .value = (bytes)
#define OUTSIDE(net, bits) .differs = true, .value = (net), .mask = (bits)
#define LINK_LOCAL "\xff\xff\xff\xff\xff\xd0"
#define ARP "\x08\x06"
#define IPV4 "\x08\x00"
#define LLC "\x00\x04" /* ETH_P_802_2: a length stands in place of the EtherType */
#define SNAP "\xaa\xaa"
#define VLAN "\x81\x00"
#define VLAN_PROVIDER "\x88\xa8"
#define VLAN_OLD "\x90\x00" /* with its mask: 0x9000, 0x9100, 0x9200, 0x9300 */
#define PPPOE "\x88\x63"    /* discovery */
#define MVRP "\x88\xf5"
#define ICMP "\x01"
#define IGMP "\x02"
#define TCP "\x06"
#define UDP "\x11"
#define ICMPV6 "\x3a"
#define VRRP "\x70"

#define RULE(what, ...) \
	{ \
		.verdict = (what), .tests = { __VA_ARGS__ } \
	}

/* The chains that ports jump to: what a guest may not say in the place of a router or a server, and
 * what not even these. Another name whenever the rules change: older ports may still use these. */
#define GUESTS "guests1"
#define SERVERS "servers1"

#define BYTES_OF_MBIT 125000
/* Addresses that a port may have the bridge learn: a guest's own, and of some behind it. */
#define LEARNED_MAX 32

/* What none may send. RFC 1042: Wi-Fi makes an EtherType of LLC with SNAP again, so that it would
 * be heard; and switches hear spanning tree and trunk protocols of their maker in it. */
#define TAGS \
	RULE(NFT_DROPS, {PROTOCOL(LLC)}, {NETWORK(0, 2), IS(SNAP)}), \
		RULE(NFT_DROPS, {PROTOCOL(VLAN)}), RULE(NFT_DROPS, {PROTOCOL(VLAN_PROVIDER)}), \
		RULE(NFT_DROPS, {PROTOCOL(VLAN_OLD), .mask = "\xfc\xff"})

static const struct nft_rule servers[] = {
	RULE(NFT_PASSES, {L4(UDP)}),
	TAGS,
};

static const struct nft_rule guests[] = {
	/* What goes to DHCP clients, ports 68 and 546. */
	RULE(NFT_DROPS, {L4(UDP)}, {TRANSPORT(2, 2), IS("\x00\x44")}),
	RULE(NFT_DROPS, {L4(UDP)}, {TRANSPORT(2, 2), IS("\x02\x22")}),
	RULE(NFT_PASSES, {L4(UDP)}),
	TAGS,
	/* By the first byte, whatever options or headers stand before it. Queries: a bridge that
	 * snoops takes their sender for the one who asks everybody, and passes groups to it and to
	 * those alone that answer (RFC 4541). 0x82 and, by the mask, 0x86: queries of MLD (RFC
	 * 2710) and router advertisements (RFC 4861). */
	RULE(NFT_DROPS, {L4(IGMP)}, {TRANSPORT(0, 1), IS("\x11")}),
	RULE(NFT_DROPS, {L4(ICMPV6)}, {TRANSPORT(0, 1), IS("\x82"), .mask = "\xfb"}),
	/* Redirects (RFC 792, RFC 4861), and advertisements of RFC 1256. */
	RULE(NFT_DROPS, {L4(ICMP)}, {TRANSPORT(0, 1), IS("\x05")}),
	RULE(NFT_DROPS, {L4(ICMP)}, {TRANSPORT(0, 1), IS("\x09")}),
	RULE(NFT_DROPS, {L4(ICMPV6)}, {TRANSPORT(0, 1), IS("\x89")}),
	/* RFC 2516: an offer of an access concentrator. */
	RULE(NFT_DROPS, {PROTOCOL(PPPOE)}, {NETWORK(1, 1), IS("\x07")}),
	RULE(NFT_DROPS, {L4(VRRP)}),
	RULE(NFT_DROPS, {PROTOCOL(MVRP)}),
};

int guard_shared(struct netlink *nft)
{
	const struct nft_chain chains[] = {
		{.kind = NFT_SHARED, .name = GUESTS, .rules = guests, .n = LENGTH(guests)},
		{.kind = NFT_SHARED, .name = SERVERS, .rules = servers, .n = LENGTH(servers)},
	};

	return nft_make(nft, chains, LENGTH(chains), false);
}

/* Frames of one's own bridge are none of the host's connections: where br_netfilter has them
 * tracked, two guests fill the table of all. Where the host is on the bridge, what goes to it, or
 * to all, is. */
static struct nft_rule untrack(const struct making *making)
{
	struct nft_rule rule = {.verdict = NFT_UNTRACKS};

	if (!link_is_own_bridge(&making->bridge))
		return (struct nft_rule){.verdict = NFT_NO_RULE};
	if (alias_has_host(making->bridge.alias)) {
		rule.tests[0] = (struct nft_test){LINK(0, 1), IS("\x00"), .mask = "\x01"};
		rule.tests[1] = (struct nft_test){LINK(0, MAC_SIZE), IS_NOT(making->bridge.mac)};
	}
	return rule;
}

static int make(const struct making *making, struct nft_rule untracks)
{
	const struct order *order = making->order;
	const struct tap *tap = &making->tap;
	const struct cidr *ip = &order->ip;
	const bool cable = making->pair.inner > 0;
	const int port = cable ? making->pair.inner : tap->ifindex;
	const enum nft_verdict has_mac = order->learns ? NFT_NO_RULE : NFT_DROPS,
			       learns = order->learns ? NFT_DROPS : NFT_NO_RULE,
			       has_ip = ip->prefix > 0 ? NFT_DROPS : NFT_NO_RULE,
			       has_rate = order->rate > 0 ? NFT_DROPS : NFT_NO_RULE;
	const uint64_t rate = (uint64_t)order->rate * BYTES_OF_MBIT;
	const uint32_t mask = htonl(cidr_mask(ip)), net = htonl(ip->address), none = 0;
	/* 0.0.0.0 is who has none yet: DHCP (RFC 2131) and ARP probes (RFC 5227). */
	const struct nft_rule from[] = {
		{.verdict = has_rate, .over = rate},
		/* From the host, by the cable's outer end; elsewhere LOCKED drops it. */
		RULE(learns, {LINK(MAC_SIZE, MAC_SIZE), IS(order->host_mac)}),
		RULE(learns, {LINK(MAC_SIZE, MAC_SIZE), .beyond = LEARNED_MAX}),
		untracks,
		/* IEEE 802.1Q, 8.6.3 and 10.5: spanning tree, LLDP, pause, of no use beyond one
		 * link, which a bridge hands to the host on the port's own device; and
		 * 01:80:c2:00:00:2X, what switches register VLANs and groups by. */
		RULE(NFT_DROPS,
			{LINK(0, MAC_SIZE), IS("\x01\x80\xc2\x00\x00\x00"), .mask = LINK_LOCAL}),
		/* RFC 791: the source address. */
		RULE(has_ip, {PROTOCOL(IPV4)}, {NETWORK(12, 4), OUTSIDE(&none, NULL)},
			{NETWORK(12, 4), OUTSIDE(&net, &mask)}),
		/* Most frames need no more than these. */
		RULE(NFT_PASSES, {L4(TCP)}),
		{.verdict = NFT_JUMPS, .to = order->dhcp_server ? SERVERS : GUESTS},
		/* RFC 826: the sender's hardware address, then its protocol address. */
		RULE(has_mac, {PROTOCOL(ARP)}, {NETWORK(8, MAC_SIZE), IS_NOT(order->mac)}),
		RULE(has_ip, {PROTOCOL(ARP)}, {NETWORK(14, 4), OUTSIDE(&none, NULL)},
			{NETWORK(14, 4), OUTSIDE(&net, &mask)}),
	};
	/* Who sends by a device of his choice (SO_BINDTODEVICE, which takes no privilege), and the
	 * host that asks who has an address, send from the device's own one. */
	const struct nft_rule to[] = {
		RULE(NFT_DROPS, {LINK(MAC_SIZE, MAC_SIZE), IS(order->host_mac)}),
		{.verdict = has_rate, .tests = {{OIF(&port)}}, .over = rate},
		/* Past the pair. */
		{.verdict = cable ? NFT_FORWARDS : NFT_NO_RULE,
			.tests = {{OIF(&port)}},
			.oif = tap->ifindex},
	};
	const struct nft_chain chains[] = {
		{.kind = NFT_FROM_PORT,
			.ifindex = tap->ifindex,
			.devices = {cable ? making->pair.inner_name : tap->interface},
			.rules = from,
			.n = LENGTH(from)},
		{.kind = NFT_TO_PORT,
			.ifindex = tap->ifindex,
			.devices = {tap->interface, cable ? making->pair.inner_name : NULL},
			.rules = to,
			.n = LENGTH(to)},
	};

	return nft_make(making->netd->nft, chains, LENGTH(chains), making->guarded);
}

int guard_port(const struct making *making)
{
	int error = make(making, untrack(making));

	/* Somebody flushed the table, or nobody has made it yet. */
	if (error == -ENOENT && guard_shared(making->netd->nft) == 0)
		error = make(making, untrack(making));
	/* A kernel without nft_ct tracks nothing either. */
	return error == -ENOENT ? make(making, (struct nft_rule){.verdict = NFT_NO_RULE}) : error;
}

int guard_host(struct netlink *nft, const struct link *bridge, bool host_is_there)
{
	const struct nft_rule advertisements[] = {RULE(host_is_there ? NFT_DROPS : NFT_NO_RULE,
		{L4(ICMPV6)}, {TRANSPORT(0, 1), IS("\x86")})};
	const struct nft_chain chains[] = {{.kind = NFT_TO_HOST,
						   .ifindex = bridge->ifindex,
						   .devices = {bridge->name},
						   .drops = !host_is_there,
						   .rules = advertisements,
						   .n = LENGTH(advertisements)},
		{.kind = NFT_FROM_HOST,
			.ifindex = bridge->ifindex,
			.devices = {bridge->name},
			.drops = !host_is_there}};

	return nft_make(nft, chains, LENGTH(chains), true);
}
