/* SPDX-License-Identifier: MIT
 * What rtnetlink says of a link, and the few changes that are made outside a port's batch. */
#ifndef OWVM_NETD_KERNEL_LINK_H
#define OWVM_NETD_KERNEL_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ifname.h"
#include "common/mac.h"

struct netlink;
struct netlink_batch;
struct nl_msg;
struct nlmsghdr;

#define LINK_ALIAS_SIZE 256 /* IFALIASZ of the kernel */
#define LINK_DUMP_TRIES 20  /* for a dump that a change of links made inconsistent */

/* IFLA_GROUP of the bridges that netd made, set in the message that creates them, so that even one
 * that nobody finished is known as netd's. No other program may use this number. */
#define LINK_GROUP_BRIDGE 0x6f77766d
/* IFLA_GROUP of links that are being deleted: whatever bears it is gone with the next sweep. */
#define LINK_GROUP_CONDEMNED 0x6f777664
/* Likewise of the ends of clients in slots (client.h). */
#define LINK_GROUP_CLIENT 0x6f777663

/* A bridge port's flags (IFLA_BRPORT_*); nothing but bools, so that memcmp() compares it. */
struct link_port {
	bool locked;
	bool learning;
	bool guard;
	bool root_block;
	bool isolated;
};

/* A tap's own settings (IFLA_TUN_*). */
struct link_tun {
	bool persist;
	bool multi_queue;
	uint32_t owner;		   /* uid; UINT32_MAX: none */
	uint32_t group;		   /* gid; UINT32_MAX: none */
	uint32_t queues, disabled; /* attached, and detached by their holder */
};

struct link {
	int ifindex;
	char name[IFNAME_SIZE];
	char kind[IFNAME_SIZE]; /* "bridge", "tun", ...; empty: hardware and the like */
	bool up;
	int master; /* ifindex of the bridge; 0: none */
	int peer;   /* of one end of a veth pair: the other's ifindex */
	uint32_t group;
	uint32_t mtu; /* bytes */
	uint8_t mac[MAC_SIZE];
	char alias[LINK_ALIAS_SIZE];
	bool ipv6;	     /* the kernel keeps IPv6 settings for it */
	uint8_t addrgenmode; /* IN6_ADDR_GEN_MODE_*, if ipv6 */
	struct link_port port;
	struct link_tun tun;
};

/* Append a message about a link (0: it is known otherwise, or is to be made), or (NLM_F_DUMP) about
 * all. It belongs to the batch. */
struct nl_msg *link_message(
	struct netlink_batch *batch, uint16_t type, uint16_t flags, int ifindex);

/* Read one link by index or by name. Returns 0, -ENODEV or another -errno. */
int link_get(struct netlink *route, int ifindex, struct link *ret_link);
int link_get_by_name(struct netlink *route, const char *name, struct link *ret_link);

/* Read an RTM_NEWLINK or RTM_DELLINK of rtnetlink; false: it is neither, or one of a bridge's own
 * family. */
bool link_parse(struct nlmsghdr *header, struct link *ret_link);

/* Is it a bridge that netd made? */
bool link_is_own_bridge(const struct link *link);

/* How many ports a bridge has, or -errno. */
int link_count_ports(struct netlink *route, int bridge);

/* Append the message that sets a link up or down. */
void link_add_up(struct netlink_batch *batch, int ifindex, bool up);

int link_set_up(struct netlink *route, int ifindex, bool up);

/* Take a port off its bridge, down: off it and up, it would be a link of the host's own. */
int link_detach(struct netlink *route, int ifindex);

/* An ioctl that needs no more than any socket. Returns what it does, or -errno. */
int link_ioctl(unsigned long request, void *argument);

/* Returns 0, -EEXIST or another -errno. */
int link_rename(struct netlink *route, int ifindex, const char *name);

#endif
