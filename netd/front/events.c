/* SPDX-License-Identifier: MIT
 * Changes of links and of nftables, as the kernel announces them. */
#include "netd/front/events.h"

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "common/cleanup.h"

/* Bytes of queued announcements before the kernel drops some: some hundred links at once. */
#define QUEUE_SIZE (4 * 1024 * 1024)
#define READ_SIZE 8192
#define READS_MAX 256 /* of one turn */
/* Announcements in the queue at most: the kernel doubles its size (socket(7), SO_RCVBUF), and the
 * bookkeeping of each takes more than 512 bytes of it. */
#define QUEUED_MAX (2 * QUEUE_SIZE / 512)

static_assert(EVENTS_TURNS * READS_MAX >= QUEUED_MAX, "the turns read a full queue");

int events_open(int protocol, unsigned int group)
{
	OWNED_FD fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1U << (group - 1)};
	int size = QUEUE_SIZE;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

/* Once the queue was full the kernel drops everything until it is empty, and tells of it but once
 * (netlink_overrun() and netlink_rcv_wake() in net/netlink/af_netlink.c). */
static void lose(struct events *events)
{
	events->missed = true;
	events->losing = QUEUED_MAX;
}

int events_read(struct events *events, events_handler *handler, void *context)
{
	union {
		struct nlmsghdr header;
		char bytes[READ_SIZE];
	} data = {0};

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t length = recv(events->fd, data.bytes, sizeof(data), MSG_TRUNC);
		struct nlmsghdr *header = &data.header;
		int rest = 0;

		if (length < 0 && errno == EAGAIN) {
			events->losing = 0;
			return 0;
		}
		if (length < 0 && errno != ENOBUFS)
			return -errno;
		/* Cut short: as good as lost. */
		if (length < 0 || (size_t)length > sizeof(data)) {
			lose(events);
			continue;
		}
		events->losing -= events->losing > 0 ? 1 : 0;
		rest = (int)length;
		for (; nlmsg_ok(header, rest); header = nlmsg_next(header, &rest))
			handler(header, context);
	}
	return 1;
}
