/* SPDX-License-Identifier: MIT
 * Guards of a port: what no guest may send, whatever bridge it is on (a chain of its own in nft). */
#ifndef OWVM_NETD_GUARD_H
#define OWVM_NETD_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct cidr;
struct netlink;

struct guard {
	int ifindex;
	const char *interface;
	const uint8_t *mac;    /* the guest's; NULL: the port learns */
	const struct cidr *ip; /* {0}: any address */
	bool dhcp_server;      /* the guest may answer DHCP clients */
};

/* Make the guard chain of a port, in one transaction, before the port is up. It is named after the
 * ifindex and removed with nft_remove_chain(). Returns 0 or -errno. */
int guard_make(struct netlink *nft, const struct guard *guard);

#endif
