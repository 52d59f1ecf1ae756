/* SPDX-License-Identifier: MIT
 * Traffic control: what comes in by a link goes out by another one (tc-u32(8), tc-mirred(8)). */
#ifndef OWVM_NETD_KERNEL_REDIRECT_H
#define OWVM_NETD_KERNEL_REDIRECT_H

struct netlink_batch;

/* Append the messages that send all that comes in by the link `from` out by the link `to`; the host
 * sees none of it. Where `to` is gone it is dropped. */
void redirect_add(struct netlink_batch *batch, int from, int to);

#endif
