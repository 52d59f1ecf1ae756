/* SPDX-License-Identifier: MIT
 * Guards: what a port passes from no guest, and a bridge of netd's not to the host. */
#ifndef OWVM_NETD_GUARD_H
#define OWVM_NETD_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct cidr;
struct link;
struct netlink;

struct guard {
	int ifindex;
	const char *interface;
	const uint8_t *mac;    /* the guest's; NULL: the port learns */
	const struct cidr *ip; /* {0}: any address */
	bool dhcp_server;      /* the guest may answer DHCP clients */
};

/* Make the chain of a port, in one transaction, before the port is up. It is removed with
 * nft_remove_chain(). Returns 0 or -errno. */
int guard_port(struct netlink *nft, const struct guard *guard);

/* Make the chain of a bridge that netd made, unless it is there: nothing passes to the host, or,
 * where the host is there on purpose, all but router advertisements. Returns 0 or -errno. */
int guard_host(struct netlink *nft, const struct link *bridge, bool host_is_there);

#endif
