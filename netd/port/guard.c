/* SPDX-License-Identifier: MIT
 * Guards: what a port passes from no guest, and a bridge of netd's not to the host.
 *
 * The rules only drop, and count what they drop: `nft list table netdev owvm`. A frame that bears
 * a VLAN tag is judged by what is inside it: the kernel has taken the tag off. One with two tags
 * would be judged by its second, so no port passes any (__netif_receive_skb_core() in
 * net/core/dev.c, nft_do_chain_netdev() in net/netfilter/nft_chain_filter.c of the kernel). */
#include "netd/port/guard.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>

#include "common/cidr.h"
#include "common/mac.h"
#include "netd/kernel/link.h"
#include "netd/kernel/nft.h"
#include "netd/message/order.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Parts of a test: EtherTypes, the protocols above IP, bytes of a header. */
#define PROTOCOL(bytes) .base = NFT_META, .from = NFT_META_PROTOCOL, .size = 2, .value = (bytes)
#define L4(byte) .base = NFT_META, .from = NFT_META_L4PROTO, .size = 1, .value = (byte)
#define LINK(at, n) .base = NFT_PAYLOAD_LL_HEADER, .from = (at), .size = (n)
#define NETWORK(at, n) .base = NFT_PAYLOAD_NETWORK_HEADER, .from = (at), .size = (n)
#define TRANSPORT(at, n) .base = NFT_PAYLOAD_TRANSPORT_HEADER, .from = (at), .size = (n)
#define IS(bytes) .value = (bytes)
#define OUTSIDE(net, bits) .differs = true, .value = (net), .mask = (bits)
#define LINK_LOCAL "\xff\xff\xff\xff\xff\xf0"
#define ARP "\x08\x06"
#define IPV4 "\x08\x00"
#define LLC "\x00\x04" /* ETH_P_802_2: a length stands in place of the EtherType */
#define SNAP "\xaa\xaa"
#define VLAN "\x81\x00"
#define VLAN_PROVIDER "\x88\xa8"
#define UDP "\x11"
#define ICMPV6 "\x3a"

/* RFC 4861: type 134, whatever extension headers stand before it. */
#define ROUTER_ADVERTISEMENT \
	{L4(ICMPV6)}, \
	{ \
		TRANSPORT(0, 1), IS("\x86") \
	}

int guard_port(struct netlink *nft, const struct order *order, int ifindex, const char *interface,
	bool is_new)
{
	const struct cidr *ip = &order->ip;
	const bool has_ip = ip->prefix > 0;
	const uint32_t mask = htonl(cidr_mask(ip)), net = htonl(ip->address), none = 0;
	/* 0.0.0.0 is who has none yet: DHCP (RFC 2131) and ARP probes (RFC 5227). */
	const struct nft_rule rules[] = {
		/* IEEE 802.1Q, 8.6.3: spanning tree, LLDP, pause, of no use beyond one link; and a
		 * bridge hands them to the host on the port's own device. */
		{true, {{LINK(0, MAC_SIZE), IS("\x01\x80\xc2\x00\x00\x00"), .mask = LINK_LOCAL}}},
		/* RFC 1042: Wi-Fi makes an EtherType of it again, so that it would be heard; and
		 * switches hear spanning tree and trunk protocols of their maker in it. */
		{true, {{PROTOCOL(LLC)}, {NETWORK(0, 2), IS(SNAP)}}},
		{true, {{PROTOCOL(VLAN)}}},
		{true, {{PROTOCOL(VLAN_PROVIDER)}}},
		/* RFC 826: the sender's hardware address, then its protocol address. */
		{!order->learns,
			{{PROTOCOL(ARP)}, {NETWORK(8, MAC_SIZE), OUTSIDE(order->mac, NULL)}}},
		{has_ip, {{PROTOCOL(ARP)}, {NETWORK(14, 4), OUTSIDE(&none, NULL)},
				 {NETWORK(14, 4), OUTSIDE(&net, &mask)}}},
		/* RFC 791: the source address. */
		{has_ip, {{PROTOCOL(IPV4)}, {NETWORK(12, 4), OUTSIDE(&none, NULL)},
				 {NETWORK(12, 4), OUTSIDE(&net, &mask)}}},
		/* What goes to DHCP clients, ports 68 and 546. */
		{!order->dhcp_server, {{L4(UDP)}, {TRANSPORT(2, 2), IS("\x00\x44")}}},
		{!order->dhcp_server, {{L4(UDP)}, {TRANSPORT(2, 2), IS("\x02\x22")}}},
		{!order->dhcp_server, {ROUTER_ADVERTISEMENT}},
	};
	const struct nft_chain chain = {
		.ifindex = ifindex, .device = interface, .rules = rules, .n = LENGTH(rules)};

	return is_new ? nft_make(nft, &chain, false) : nft_ensure(nft, &chain);
}

int guard_host(struct netlink *nft, const struct link *bridge, bool host_is_there)
{
	const struct nft_rule rules[] = {{host_is_there, {ROUTER_ADVERTISEMENT}}};
	const struct nft_chain chain = {.ifindex = bridge->ifindex,
		.device = bridge->name,
		.host = true,
		.drops = !host_is_there,
		.rules = rules,
		.n = LENGTH(rules)};

	return nft_ensure(nft, &chain);
}
