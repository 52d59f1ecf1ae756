/* SPDX-License-Identifier: MIT
 * Netlink exchanges: several requests in one send; queries and dumps. */
#ifndef OWVM_NETD_KERNEL_NETLINK_H
#define OWVM_NETD_KERNEL_NETLINK_H

#include <netlink/addr.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_BATCH_MAX 32

struct netlink;

/* Requests that go to the kernel in one send, in order. The kernel runs each of them even if one
 * before it failed (nftables between batch begin and end excepted). Start with {0}. */
struct netlink_batch {
	struct nl_msg *messages[NETLINK_BATCH_MAX];
	size_t n;
};

/* Open a socket of a netlink protocol (NETLINK_ROUTE, ...), non-blocking: the kernel answers before
 * a send returns. It stays open as long as the process. Returns 0 or -errno. */
int netlink_open(int protocol, struct netlink **ret_netlink);

/* Append an empty message; fill it with the netlink_put functions, which abort when it does not
 * fit: its size is known when it is written. It belongs to the batch. */
struct nl_msg *netlink_batch_add(
	struct netlink_batch *batch, uint16_t type, uint16_t flags, const void *head, size_t size);

/* Append a message that an object of libnl-route was made into; NULL: it could not be, for lack of
 * memory, and the process ends. It belongs to the batch. */
struct nl_msg *netlink_batch_take(struct netlink_batch *batch, struct nl_msg *message);

/* Append what stands before the attributes of a message, or of some that nest. */
void netlink_append(struct nl_msg *message, const void *head, size_t size);

void netlink_put(struct nl_msg *message, int type, const void *data, size_t size);
void netlink_put_u8(struct nl_msg *message, int type, uint8_t value);
void netlink_put_u32(struct nl_msg *message, int type, uint32_t value);
void netlink_put_string(struct nl_msg *message, int type, const char *text);
struct nlattr *netlink_nest(struct nl_msg *message, int type);
void netlink_nest_end(struct nl_msg *message, struct nlattr *nest);

/* Objects of libnl are let go of at the end of their scope. Who is given an address takes a
 * reference of its own. */
#define OWNED_OBJECT __attribute__((cleanup(netlink_put_object)))
#define OWNED_ADDRESS __attribute__((cleanup(netlink_put_address))) struct nl_addr *

static inline void netlink_put_object(void *object)
{
	nl_object_put(*(struct nl_object **)object);
}

static inline void netlink_put_address(struct nl_addr **address)
{
	nl_addr_put(*address);
}

/* An object that libnl has just made; without memory for it the process ends. */
void *netlink_must(void *object);

/* Send all messages of the batch and empty it. Waits until the kernel has worked on all of them.
 * Returns 0, or the first -errno. */
int netlink_commit(struct netlink *netlink, struct netlink_batch *batch);

/* Called with each message that answers a query; the message is the kernel's. */
typedef void netlink_handler(struct nlmsghdr *header, void *context);

/* Send the one message of the batch, a query or (NLM_F_DUMP) a dump, and empty it. A dump that the
 * kernel marks as inconsistent is -EINTR: what the handler saw must be thrown away. Returns 0 or
 * -errno. */
int netlink_query(struct netlink *netlink, struct netlink_batch *batch, netlink_handler *handler,
	void *context);

#endif
