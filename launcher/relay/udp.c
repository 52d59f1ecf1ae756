/* SPDX-License-Identifier: MIT
 * Flows of UDP: a client on this host, and the socket that speaks to the guest for it.
 *
 * A flow lasts as long as somebody speaks, and for a while. It answers from the address that the
 * client spoke to, which a listener on all addresses would not know. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/relay/private.h"

struct flow {
	struct relay_link link;
	struct relay_source guest;
	struct relay_listener *listener;
	struct sockaddr_in client;
	struct in_addr here; /* to which the client spoke */
	int64_t deadline;
};

union control {
	struct cmsghdr align;
	unsigned char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

/* A datagram and where it comes from, or goes to, which are the caller's. */
static struct msghdr message_of(
	struct sockaddr_in *client, struct iovec *content, union control *control)
{
	return (struct msghdr){.msg_name = client,
		.msg_namelen = sizeof(*client),
		.msg_iov = content,
		.msg_iovlen = 1,
		.msg_control = control->bytes,
		.msg_controllen = sizeof(control->bytes)};
}

static void end(struct relay *relay, struct flow *flow)
{
	relay_unwatch(relay, &flow->guest);
	flow->listener->connections--;
	relay->n_flows--;
	relay_bury(relay, &flow->link);
}

/* Somebody spoke: it is the last to be ended now. */
static void touch(struct relay *relay, struct flow *flow)
{
	flow->deadline = deadline_in(RELAY_UDP_SILENCE);
	relay_link_move(&relay->flows, &flow->link);
}

static void answer(const struct flow *flow, const void *data, size_t size)
{
	struct in_pktinfo from = {.ipi_spec_dst = flow->here};
	struct sockaddr_in client = flow->client;
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	union control control = {0};
	struct msghdr message = message_of(&client, &iov, &control);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = IPPROTO_IP;
	header->cmsg_type = IP_PKTINFO;
	header->cmsg_len = CMSG_LEN(sizeof(from));
	memcpy(CMSG_DATA(header), &from, sizeof(from));
	/* A datagram may be lost. */
	(void)!sendmsg(flow->listener->source.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void guest_ready(struct relay *relay, void *owner, uint32_t events)
{
	struct flow *flow = owner;

	(void)events;
	for (int i = 0; i < RELAY_BATCH; i++) {
		ssize_t length = recv(
			flow->guest.fd, relay->datagram, sizeof(relay->datagram), MSG_DONTWAIT);

		/* That a guest refused one is said once, and the next may get through. */
		if (length < 0)
			return;
		touch(relay, flow);
		answer(flow, relay->datagram, (size_t)length);
	}
}

/* The latest speak most. */
static struct flow *find(const struct relay *relay, const struct relay_listener *listener,
	const struct sockaddr_in *client, struct in_addr here)
{
	for (struct relay_link *link = relay->flows.before; link != &relay->flows;
		link = link->before) {
		struct flow *flow = (void *)link;

		if (flow->listener == listener && flow->here.s_addr == here.s_addr &&
			flow->client.sin_port == client->sin_port &&
			flow->client.sin_addr.s_addr == client->sin_addr.s_addr)
			return flow;
	}
	return NULL;
}

static struct flow *begin(struct relay *relay, struct relay_listener *listener,
	const struct sockaddr_in *client, struct in_addr here)
{
	OWNED_FD guest = relay_dial(&listener->guest, SOCK_DGRAM);
	struct flow *flow = guest < 0 ? NULL : calloc(1, sizeof(*flow));

	if (flow == NULL)
		return NULL;
	*flow = (struct flow){
		.guest = {guest, guest_ready, flow},
		.listener = listener,
		.client = *client,
		.here = here,
	};
	if (relay_watch(relay, &flow->guest, EPOLLIN) < 0) {
		free(flow);
		return NULL;
	}
	(void)cleanup_steal_fd(&guest);
	if (relay->n_flows == RELAY_FLOWS_MAX)
		end(relay, (void *)relay->flows.after);
	listener->connections++;
	relay->n_flows++;
	relay_link_add(&relay->flows, &flow->link);
	return flow;
}

/* The address of this host to which the message was sent. */
static struct in_addr destination(struct msghdr *message)
{
	struct in_pktinfo info = {0};

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
		header = CMSG_NXTHDR(message, header))
		if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
			memcpy(&info, CMSG_DATA(header), sizeof(info));
	return info.ipi_spec_dst;
}

/* Returns false when there is nothing more. */
static bool receive(struct relay *relay, struct relay_listener *listener)
{
	struct sockaddr_in client = {0};
	struct iovec iov = {.iov_base = relay->datagram, .iov_len = sizeof(relay->datagram)};
	union control control = {0};
	struct msghdr message = message_of(&client, &iov, &control);
	ssize_t length = recvmsg(listener->source.fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct in_addr here = {0};
	struct flow *flow = NULL;

	if (length < 0)
		return false;
	here = destination(&message);
	flow = find(relay, listener, &client, here);
	if (flow == NULL)
		flow = begin(relay, listener, &client, here);
	if (flow != NULL) {
		touch(relay, flow);
		(void)!send(flow->guest.fd, relay->datagram, (size_t)length,
			MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	return true;
}

void relay_udp_receive(struct relay *relay, void *owner, uint32_t events)
{
	(void)events;
	for (int i = 0; i < RELAY_BATCH && receive(relay, owner); i++)
		;
}

void relay_udp_sweep(struct relay *relay, int64_t now)
{
	while (!relay_link_empty(&relay->flows)) {
		struct flow *flow = (void *)relay->flows.after;

		if (flow->deadline > now)
			return;
		end(relay, flow);
	}
}

void relay_udp_forget(struct relay *relay, const struct relay_listener *listener)
{
	for (struct relay_link *link = relay->flows.after; link != &relay->flows;) {
		struct flow *flow = (void *)link;

		link = link->after;
		if (flow->listener == listener)
			end(relay, flow);
	}
}
