/* SPDX-License-Identifier: MIT
 * Netlink exchanges: several requests in one send; queries and dumps. */
#ifndef OWVM_NETD_KERNEL_NETLINK_H
#define OWVM_NETD_KERNEL_NETLINK_H

#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_BATCH_MAX 16

struct netlink;

/* Requests that go to the kernel in one send, in order. The kernel runs each of them even if one
 * before it failed (nftables between batch begin and end excepted). Start with {0}. */
struct netlink_batch {
	struct nl_msg *messages[NETLINK_BATCH_MAX];
	size_t n;
};

/* Open a socket of a netlink protocol (NETLINK_ROUTE, ...), non-blocking: the kernel answers before
 * a send returns. Returns 0 or -errno. */
int netlink_open(int protocol, struct netlink **ret_netlink);
void netlink_close(struct netlink *netlink); /* NULL is fine */

/* Append an empty message; fill it with the netlink_put functions, which abort when it does not
 * fit: its size is known when it is written. It belongs to the batch. */
struct nl_msg *netlink_batch_add(
	struct netlink_batch *batch, uint16_t type, uint16_t flags, const void *head, size_t size);

void netlink_put(struct nl_msg *message, int type, const void *data, size_t size);
void netlink_put_u8(struct nl_msg *message, int type, uint8_t value);
void netlink_put_u32(struct nl_msg *message, int type, uint32_t value);
void netlink_put_string(struct nl_msg *message, int type, const char *text);
struct nlattr *netlink_nest(struct nl_msg *message, int type);
void netlink_nest_end(struct nl_msg *message, struct nlattr *nest);

/* Send all messages of the batch and empty it. Waits until the kernel has worked on all of them.
 * Returns 0, or the first -errno, with the index of the message that failed,
 * where that is wanted (not NULL). */
int netlink_commit(struct netlink *netlink, struct netlink_batch *batch, size_t *reterr_index);

/* Called with each message that answers a query; the message is the kernel's. */
typedef void netlink_handler(struct nlmsghdr *header, void *context);

/* Send the one message of the batch, a query or (NLM_F_DUMP) a dump, and empty it. A dump that the
 * kernel marks as inconsistent is -EINTR: what the handler saw must be thrown away. Returns 0 or
 * -errno. */
int netlink_query(struct netlink *netlink, struct netlink_batch *batch, netlink_handler *handler,
	void *context);

#endif
