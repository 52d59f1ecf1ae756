/* SPDX-License-Identifier: MIT
 * The nftables objects of netd: one table "owvm" of the netdev family, in it chains for each link
 * that is guarded, and chains that these jump to. What the rules are, their user says. */
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
#define NFT_DEVICES_MAX 2
#define NFT_LIST_MAX 2048

/* What a chain is for, and where it is hooked in. */
enum nft_kind {
	NFT_FROM_PORT, /* ingress, at the bridge's port: from the guest */
	NFT_TO_PORT,   /* egress, at the port and what belongs to it */
	NFT_FROM_HOST, /* egress of a bridge */
	NFT_TO_HOST,   /* ingress of a bridge: where it hands a frame up */
	NFT_SHARED,    /* nowhere: others jump to it */
};

struct nft_chain {
	enum nft_kind kind;
	/* The chain is named after an ifindex, so that whoever removes a dead link's chain cannot
	 * hit that of a new link of the same name; a shared one has a name of its own. */
	int ifindex;
	const char *name;
	const char *devices[NFT_DEVICES_MAX]; /* NULL: no more */
	bool drops;			      /* all that no rule decides about */
	const struct nft_rule *rules;
	size_t n; /* of rules */
};

/* Own the table from now on, making it where it is missing: nobody else changes it until this
 * socket and its process end, and then it stays for who owns it next. A table that cannot be owned
 * as it is is made anew, empty. Returns 0 or -errno: the kernel is older than 6.9, or somebody
 * else owns it; then it is as it was. */
int nft_own(struct netlink *nft);

/* Make chains, all of them or none. `anew`: they replace those that may be there. Returns 0;
 * -ENOENT: a rule needs what is not there; or another -errno. */
int nft_make(struct netlink *nft, const struct nft_chain *chains, size_t n, bool anew);

/* Remove all chains of a link that is gone. None there: 0. */
int nft_remove(struct netlink *nft, int ifindex);

struct nft_list {
	int ifindexes[NFT_LIST_MAX];
	size_t n;
};

/* List the links that have a chain, some more than once. What there is no room for the next list
 * has. Returns 0, -EINTR: chains were made meanwhile, and some may lack; or another -errno; no
 * table at all: 0. */
int nft_list(struct netlink *nft, struct nft_list *ret_list);

#endif
