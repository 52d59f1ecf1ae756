/* SPDX-License-Identifier: MIT
 * Netlink exchanges; messages are put together and taken apart by libnl-3 and libnl-route-3
 * (netlink(7)).
 *
 * Sockets and callbacks of libnl are not used: they take two system calls for each message. */
#include "netd/kernel/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"

/* Bytes; the kernel fills no more of a dump into one message (netlink_dump()). */
#define RECEIVE_SIZE 32768

struct netlink {
	int fd;
	int protocol;
	uint32_t sequence; /* of the next message */

	/* The exchange under way. */
	uint32_t first; /* its first sequence number */
	bool done;
	int error;
	netlink_handler *handler;
	void *context;
	union {
		struct nlmsghdr header;
		char bytes[RECEIVE_SIZE];
	} received;
};

int netlink_open(int protocol, struct netlink **ret_netlink)
{
	OWNED_FD fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	struct netlink *netlink = fd < 0 ? NULL : calloc(1, sizeof(*netlink));

	/* libnl has taken it from the caller's environment, and would tell him addresses. */
	nl_debug = 0;
	if (netlink == NULL)
		return -errno;
	netlink->sequence = 1;
	netlink->protocol = protocol;
	netlink->fd = cleanup_steal_fd(&fd);
	*ret_netlink = netlink;
	return 0;
}

void *netlink_must(void *object)
{
	if (object == NULL)
		abort();
	return object;
}

struct nl_msg *netlink_batch_take(struct netlink_batch *batch, struct nl_msg *message)
{
	if (batch->n == NETLINK_BATCH_MAX)
		abort();
	batch->messages[batch->n++] = netlink_must(message);
	return message;
}

struct nl_msg *netlink_batch_add(
	struct netlink_batch *batch, uint16_t type, uint16_t flags, const void *head, size_t size)
{
	struct nl_msg *message = netlink_must(nlmsg_alloc_simple(type, flags));

	netlink_append(message, head, size);
	return netlink_batch_take(batch, message);
}

void netlink_append(struct nl_msg *message, const void *head, size_t size)
{
	if (nlmsg_append(message, (void *)(uintptr_t)head, size, NLMSG_ALIGNTO) < 0)
		abort();
}

void netlink_put(struct nl_msg *message, int type, const void *data, size_t size)
{
	if (nla_put(message, type, (int)size, data) < 0)
		abort();
}

void netlink_put_u8(struct nl_msg *message, int type, uint8_t value)
{
	netlink_put(message, type, &value, sizeof(value));
}

void netlink_put_u32(struct nl_msg *message, int type, uint32_t value)
{
	netlink_put(message, type, &value, sizeof(value));
}

void netlink_put_string(struct nl_msg *message, int type, const char *text)
{
	netlink_put(message, type, text, strlen(text) + 1);
}

struct nlattr *netlink_nest(struct nl_msg *message, int type)
{
	return netlink_must(nla_nest_start(message, type | NLA_F_NESTED));
}

/* nla_nest_end() pads: a nest whose length is not aligned is acknowledged by the kernel and
 * silently not applied. */
void netlink_nest_end(struct nl_msg *message, struct nlattr *nest)
{
	if (nla_nest_end(message, nest) < 0)
		abort();
}

static void empty(struct netlink_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		nlmsg_free(batch->messages[i]);
	batch->n = 0;
}

/* The last message that the kernel works on is acknowledged, and it comes to that one after all
 * others; those that fail are answered whether they ask for it or not. */
static void ask_for_answer(const struct netlink *netlink, const struct netlink_batch *batch)
{
	/* The bracket behind a transaction of nftables is none of these. */
	size_t behind = netlink->protocol == NETLINK_NETFILTER && batch->n > 1 ? 2 : 1;
	struct nlmsghdr *last = nlmsg_hdr(batch->messages[batch->n - behind]);

	/* The end of a dump is its acknowledgement. Each bit of NLM_F_DUMP has another meaning in
	 * a change. */
	if ((last->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		last->nlmsg_flags |= NLM_F_ACK;
}

static int send_all(struct netlink *netlink, const struct netlink_batch *batch)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct iovec parts[NETLINK_BATCH_MAX] = {0};
	struct msghdr message = {.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = parts,
		.msg_iovlen = batch->n};

	if (netlink->sequence > UINT32_MAX / 2)
		netlink->sequence = 1;
	netlink->first = netlink->sequence;
	netlink->done = false;
	netlink->error = 0;
	ask_for_answer(netlink, batch);
	for (size_t i = 0; i < batch->n; i++) {
		struct nlmsghdr *header = nlmsg_hdr(batch->messages[i]);

		header->nlmsg_flags |= NLM_F_REQUEST;
		header->nlmsg_seq = netlink->sequence++;
		parts[i].iov_base = header;
		parts[i].iov_len = header->nlmsg_len;
	}
	return sendmsg(netlink->fd, &message, 0) < 0 ? -errno : 0;
}

static void take(struct netlink *netlink, struct nlmsghdr *header)
{
	const struct nlmsgerr *answer = nlmsg_data(header);

	/* Answers to an exchange that ended early, with an error, may still lie in the socket. */
	if (netlink->done || header->nlmsg_seq < netlink->first ||
		header->nlmsg_seq >= netlink->sequence)
		return;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		netlink->error = -EINTR;
	/* An acknowledgement is an error 0; the end of a dump carries an error of the same kind. */
	if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
		netlink->done = true;
		netlink->error = answer->error < 0 ? answer->error : netlink->error;
	} else if (netlink->handler != NULL) {
		netlink->handler(header, netlink->context);
	}
}

static int receive_all(struct netlink *netlink)
{
	while (!netlink->done) {
		struct nlmsghdr *header = &netlink->received.header;
		ssize_t length = recv(netlink->fd, header, RECEIVE_SIZE, 0);
		int rest = (int)length;

		if (length < 0)
			return -errno;
		for (; nlmsg_ok(header, rest); header = nlmsg_next(header, &rest))
			take(netlink, header);
	}
	return netlink->error;
}

int netlink_query(struct netlink *netlink, struct netlink_batch *batch, netlink_handler *handler,
	void *context)
{
	int error = 0;

	netlink->handler = handler;
	netlink->context = context;
	error = send_all(netlink, batch);
	empty(batch);
	return error < 0 ? error : receive_all(netlink);
}

int netlink_commit(struct netlink *netlink, struct netlink_batch *batch)
{
	return netlink_query(netlink, batch, NULL, NULL);
}
