/* SPDX-License-Identifier: MIT
 * The nftables objects of netd: one table "owvm" of the netdev family. A bridge that netd made has
 * a chain in it that drops everything the bridge would pass to the host. */
#ifndef OWVM_NETD_NFT_H
#define OWVM_NETD_NFT_H

struct netlink;

/* Make the host chain of a bridge unless it is there and hooked in. The chain is named after the
 * ifindex, so that whoever removes a dead bridge's chain cannot hit that of a new bridge of the
 * same name. Returns 0 or -errno. */
int nft_ensure_host_drop(struct netlink *nft, int bridge, const char *name);

/* Remove the host chain of a bridge that is gone. None there: 0. */
int nft_remove_chain(struct netlink *nft, int bridge);

typedef void nft_visitor(int bridge, void *context);

/* Visit the bridges that have a host chain. Returns 0 or -errno; no table at all: 0. */
int nft_each_host_drop(struct netlink *nft, nft_visitor *visitor, void *context);

#endif
