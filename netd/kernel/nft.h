/* SPDX-License-Identifier: MIT
 * The nftables objects of netd: one table "owvm" of the netdev family, in it a chain for each link
 * that is guarded, at the link's ingress. What the rules are, its user says. */
#ifndef OWVM_NETD_KERNEL_NFT_H
#define OWVM_NETD_KERNEL_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ifname.h"
#include "netd/kernel/nft-rule.h"

struct netlink;
struct netlink_batch;

/* The name of the table, in the netdev family. */
#define NFT_TABLE "owvm"

/* A chain. It is named after the ifindex, so that whoever removes a dead link's chain cannot hit
 * that of a new link of the same name. */
struct nft_chain {
	int ifindex;
	const char *device;
	bool host;  /* between a bridge and the host: "host-<ifindex>"; else "port-<ifindex>" */
	bool drops; /* all that no rule drops */
	const struct nft_rule *rules;
	size_t n; /* of rules */
};

/* Make a chain unless it is there, with this policy, and hooked in. Returns 0 or -errno. */
int nft_ensure(struct netlink *nft, const struct nft_chain *chain);

/* Make a chain, all of it or nothing; one that is there is replaced. Returns 0 or -errno. */
int nft_make(struct netlink *nft, const struct nft_chain *chain, bool is_there);

/* Remove the chain of a link that is gone, of whichever kind. None there: 0. */
int nft_remove_chain(struct netlink *nft, int ifindex);

/* Must not use the same socket. */
typedef void nft_visitor(int ifindex, void *context);

/* Visit the links that have a chain. Returns 0 or -errno; no table at all: 0. */
int nft_each_chain(struct netlink *nft, nft_visitor *visitor, void *context);

#endif
