/* SPDX-License-Identifier: MIT
 * Guards: what a port passes from no guest, and a bridge of netd's not to the host. */
#ifndef OWVM_NETD_PORT_GUARD_H
#define OWVM_NETD_PORT_GUARD_H

#include <stdbool.h>

struct link;
struct netlink;
struct order;

/* Make the chain of the port of an order (mac, learns, ip, dhcp_server), in one transaction; of one
 * that is new before it is up, else unless it is there. It is removed with nft_remove_chain().
 * Returns 0 or -errno. */
int guard_port(struct netlink *nft, const struct order *order, int ifindex, const char *interface,
	bool is_new);

/* Make the chain of a bridge that netd made, unless it is there: nothing passes to the host, or,
 * where the host is there on purpose, all but router advertisements. Returns 0 or -errno. */
int guard_host(struct netlink *nft, const struct link *bridge, bool host_is_there);

#endif
