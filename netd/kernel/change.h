/* SPDX-License-Identifier: MIT
 * Changes of links, made with libnl-route's objects (rtnl_link_set_*).
 *
 * What libnl-route-3 3.7 does not know is put into the message that it made, which is the batch's
 * like any other. */
#ifndef OWVM_NETD_KERNEL_CHANGE_H
#define OWVM_NETD_KERNEL_CHANGE_H

#include <stdint.h>

#include "common/mac.h"

struct netlink;
struct netlink_batch;
struct rtnl_link;

/* A change of a link, with nothing to change yet. Let go of it by OWNED_OBJECT. */
struct rtnl_link *change_begin(int ifindex);

void change_set_mac(struct rtnl_link *change, const uint8_t mac[MAC_SIZE]);

/* No IPv6 addresses of its own (addrgenmode none); the kernel must keep IPv6 settings for it. */
void change_set_no_addresses(struct rtnl_link *change);

/* Append the message of a change, or (NLM_F_CREATE) of a link that is to be made. */
void change_add(struct netlink_batch *batch, struct rtnl_link *change, int flags);

/* Change or make a link. Returns 0 or -errno. */
int change_commit(struct netlink *route, struct rtnl_link *change, int flags);

#endif
