/* SPDX-License-Identifier: MIT
 * Netlink exchanges on libnl-3.
 *
 * libnl-3 is the only netlink library here. The port flags LOCKED and ISOLATED and the limit on
 * learned entries are newer than the typed objects of libnl-route, so every message that matters
 * would have to be put together by hand beside them; and the few nftables messages need no more
 * than attributes either. */
#include "netd/netlink.h"

#include <assert.h>
#include <errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct netlink {
	struct nl_sock *socket;
	struct nl_cb *callbacks;
	uint32_t sequence; /* of the next message */

	/* The exchange under way. */
	uint32_t first; /* its first sequence number */
	size_t pending; /* acknowledgements or ends of dumps that are still to come */
	int error;
	size_t failed; /* index of the message that failed */
	netlink_handler *handler;
	void *context;
};

/* Answers to an exchange that ended early, with an error, may still lie in the socket. */
static bool current(const struct netlink *netlink, const struct nlmsghdr *header)
{
	return header->nlmsg_seq >= netlink->first && header->nlmsg_seq < netlink->sequence;
}

static int on_valid(struct nl_msg *message, void *argument)
{
	struct netlink *netlink = argument;
	struct nlmsghdr *header = nlmsg_hdr(message);

	if (current(netlink, header) && netlink->handler != NULL)
		netlink->handler(header, netlink->context);
	return NL_OK;
}

static int on_ack(struct nl_msg *message, void *argument)
{
	struct netlink *netlink = argument;

	if (current(netlink, nlmsg_hdr(message)))
		netlink->pending--;
	return NL_OK;
}

static void fail(struct netlink *netlink, const struct nlmsghdr *header, int error)
{
	if (netlink->error == 0) {
		netlink->error = error;
		netlink->failed = header->nlmsg_seq - netlink->first;
	}
	netlink->pending = 0;
}

/* The end of a dump carries the error that stopped it, if any. */
static int on_finish(struct nl_msg *message, void *argument)
{
	struct netlink *netlink = argument;
	struct nlmsghdr *header = nlmsg_hdr(message);
	int error = 0;

	if (!current(netlink, header))
		return NL_OK;
	if (nlmsg_datalen(header) >= (int)sizeof(error))
		error = *(const int *)nlmsg_data(header);
	if (error < 0)
		fail(netlink, header, error);
	else
		netlink->pending--;
	return NL_OK;
}

static int on_error(struct sockaddr_nl *address, struct nlmsgerr *error, void *argument)
{
	struct netlink *netlink = argument;

	(void)address;
	/* The header that comes back is the request's own, sequence number included. */
	if (current(netlink, &error->msg))
		fail(netlink, &error->msg, error->error);
	return NL_SKIP;
}

static int on_sequence(struct nl_msg *message, void *argument)
{
	(void)message;
	(void)argument;
	return NL_OK;
}

static int set_up(struct netlink *netlink, int protocol)
{
	netlink->socket = nl_socket_alloc();
	netlink->callbacks = nl_cb_alloc(NL_CB_CUSTOM);
	if (netlink->socket == NULL || netlink->callbacks == NULL)
		return -ENOMEM;
	nl_cb_set(netlink->callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_valid, netlink);
	nl_cb_set(netlink->callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_ack, netlink);
	nl_cb_set(netlink->callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, netlink);
	nl_cb_set(netlink->callbacks, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, NULL);
	nl_cb_err(netlink->callbacks, NL_CB_CUSTOM, on_error, netlink);
	if (nl_connect(netlink->socket, protocol) < 0)
		return errno > 0 ? -errno : -EIO;
	return nl_socket_set_nonblocking(netlink->socket) < 0 ? -EIO : 0;
}

int netlink_open(int protocol, struct netlink **ret_netlink)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int error = 0;

	if (netlink == NULL)
		return -ENOMEM;
	netlink->sequence = 1;
	error = set_up(netlink, protocol);
	if (error < 0) {
		netlink_close(netlink);
		return error;
	}
	*ret_netlink = netlink;
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink == NULL)
		return;
	if (netlink->callbacks != NULL)
		nl_cb_put(netlink->callbacks);
	nl_socket_free(netlink->socket);
	free(netlink);
}

struct nl_msg *netlink_batch_add(
	struct netlink_batch *batch, uint16_t type, uint16_t flags, const void *head, size_t size)
{
	struct nl_msg *message = nlmsg_alloc();

	if (batch->n == NETLINK_BATCH_MAX || message == NULL ||
		nlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, flags | NLM_F_REQUEST) ==
			NULL ||
		nlmsg_append(message, (void *)(uintptr_t)head, size, NLMSG_ALIGNTO) < 0)
		abort();
	batch->messages[batch->n++] = message;
	return message;
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
	struct nlattr *nest = nla_nest_start(message, type | NLA_F_NESTED);

	if (nest == NULL)
		abort();
	return nest;
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
	netlink->pending = 0;
	netlink->error = 0;
	netlink->failed = 0;
	for (size_t i = 0; i < batch->n; i++) {
		struct nlmsghdr *header = nlmsg_hdr(batch->messages[i]);

		header->nlmsg_seq = netlink->sequence++;
		if (header->nlmsg_flags & (NLM_F_ACK | NLM_F_DUMP))
			netlink->pending++;
		parts[i].iov_base = header;
		parts[i].iov_len = header->nlmsg_len;
	}
	return sendmsg(nl_socket_get_fd(netlink->socket), &message, 0) < 0 ? -errno : 0;
}

static int receive_all(struct netlink *netlink)
{
	while (netlink->pending > 0) {
		int result = nl_recvmsgs(netlink->socket, netlink->callbacks);

		if (result == -NLE_DUMP_INTR)
			return -EINTR;
		if (result < 0 && netlink->error == 0)
			return -EIO;
	}
	return netlink->error;
}

static int exchange(struct netlink *netlink, struct netlink_batch *batch)
{
	int error = send_all(netlink, batch);

	empty(batch);
	return error < 0 ? error : receive_all(netlink);
}

int netlink_commit(struct netlink *netlink, struct netlink_batch *batch, size_t *reterr_index)
{
	int error = 0;

	netlink->handler = NULL;
	error = exchange(netlink, batch);
	if (error < 0)
		*reterr_index = netlink->failed;
	return error;
}

int netlink_query(struct netlink *netlink, struct netlink_batch *batch, netlink_handler *handler,
	void *context)
{
	assert(batch->n == 1);
	netlink->handler = handler;
	netlink->context = context;
	return exchange(netlink, batch);
}
