/* SPDX-License-Identifier: MIT
 * Guards: what a port passes from no guest, and a bridge of netd's not to the host.
 *
 * The rules drop, and count what they drop: `nft list table netdev owvm`; two pass what no later
 * one is about. A frame that bears a VLAN tag is judged by what is inside it: the kernel has taken
 * the tag off. One with two tags would be judged by its second, so no port passes any
 * (__netif_receive_skb_core() in net/core/dev.c, nft_do_chain_netdev() in
 * net/netfilter/nft_chain_filter.c of the kernel). */
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

int guard_port(struct netlink *nft, const struct order *order, int ifindex, const char *interface,
	bool is_new)
{
	const struct cidr *ip = &order->ip;
	const enum nft_verdict has_mac = order->learns ? NFT_NO_RULE : NFT_DROPS,
			       has_ip = ip->prefix > 0 ? NFT_DROPS : NFT_NO_RULE,
			       is_host = order->dhcp_server ? NFT_NO_RULE : NFT_DROPS;
	const uint32_t mask = htonl(cidr_mask(ip)), net = htonl(ip->address), none = 0;
	/* 0.0.0.0 is who has none yet: DHCP (RFC 2131) and ARP probes (RFC 5227). */
	const struct nft_rule rules[] = {
		/* IEEE 802.1Q, 8.6.3 and 10.5: spanning tree, LLDP, pause, of no use beyond one
		 * link, which a bridge hands to the host on the port's own device; and
		 * 01:80:c2:00:00:2X, what switches register VLANs and groups by. */
		{NFT_DROPS,
			{{LINK(0, MAC_SIZE), IS("\x01\x80\xc2\x00\x00\x00"), .mask = LINK_LOCAL}}},
		/* RFC 791: the source address. */
		{has_ip, {{PROTOCOL(IPV4)}, {NETWORK(12, 4), OUTSIDE(&none, NULL)},
				 {NETWORK(12, 4), OUTSIDE(&net, &mask)}}},
		/* Most frames need no more than these. */
		{NFT_PASSES, {{L4(TCP)}}},
		/* What goes to DHCP clients, ports 68 and 546. */
		{is_host, {{L4(UDP)}, {TRANSPORT(2, 2), IS("\x00\x44")}}},
		{is_host, {{L4(UDP)}, {TRANSPORT(2, 2), IS("\x02\x22")}}},
		{NFT_PASSES, {{L4(UDP)}}},
		/* RFC 1042: Wi-Fi makes an EtherType of it again, so that it would be heard; and
		 * switches hear spanning tree and trunk protocols of their maker in it. */
		{NFT_DROPS, {{PROTOCOL(LLC)}, {NETWORK(0, 2), IS(SNAP)}}},
		{NFT_DROPS, {{PROTOCOL(VLAN)}}},
		{NFT_DROPS, {{PROTOCOL(VLAN_PROVIDER)}}},
		{NFT_DROPS, {{PROTOCOL(VLAN_OLD), .mask = "\xfc\xff"}}},
		/* RFC 826: the sender's hardware address, then its protocol address. */
		{has_mac, {{PROTOCOL(ARP)}, {NETWORK(8, MAC_SIZE), OUTSIDE(order->mac, NULL)}}},
		{has_ip, {{PROTOCOL(ARP)}, {NETWORK(14, 4), OUTSIDE(&none, NULL)},
				 {NETWORK(14, 4), OUTSIDE(&net, &mask)}}},
		/* By the first byte, whatever options or headers stand before it. Queries: a bridge
		 * that snoops takes their sender for the one who asks everybody, and passes groups
		 * to it and to those alone that answer (RFC 4541). 0x82 and, by the mask, 0x86:
		 * queries of MLD (RFC 2710) and router advertisements (RFC 4861). */
		{is_host, {{L4(IGMP)}, {TRANSPORT(0, 1), IS("\x11")}}},
		{is_host, {{L4(ICMPV6)}, {TRANSPORT(0, 1), IS("\x82"), .mask = "\xfb"}}},
		/* Redirects (RFC 792, RFC 4861), and advertisements of RFC 1256. */
		{is_host, {{L4(ICMP)}, {TRANSPORT(0, 1), IS("\x05")}}},
		{is_host, {{L4(ICMP)}, {TRANSPORT(0, 1), IS("\x09")}}},
		{is_host, {{L4(ICMPV6)}, {TRANSPORT(0, 1), IS("\x89")}}},
		/* RFC 2516: an offer of an access concentrator. */
		{is_host, {{PROTOCOL(PPPOE)}, {NETWORK(1, 1), IS("\x07")}}},
		{is_host, {{L4(VRRP)}}},
		{is_host, {{PROTOCOL(MVRP)}}},
	};
	const struct nft_chain chain = {
		.ifindex = ifindex, .device = interface, .rules = rules, .n = LENGTH(rules)};

	return is_new ? nft_make(nft, &chain, false) : nft_ensure(nft, &chain);
}

int guard_host(struct netlink *nft, const struct link *bridge, bool host_is_there)
{
	const struct nft_rule rules[] = {{host_is_there ? NFT_DROPS : NFT_NO_RULE,
		{{L4(ICMPV6)}, {TRANSPORT(0, 1), IS("\x86")}}}};
	const struct nft_chain chain = {.ifindex = bridge->ifindex,
		.device = bridge->name,
		.host = true,
		.drops = !host_is_there,
		.rules = rules,
		.n = LENGTH(rules)};

	return nft_ensure(nft, &chain);
}
