/* SPDX-License-Identifier: MIT
 * What listens on this host and connects to the guest: forwards, added and removed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/relay/private.h"

#define BACKLOG 1024

/* Do both have the same port of this host? */
static bool same_host(const struct forward *a, const struct forward *b)
{
	return a->host == b->host && a->udp == b->udp && strcmp(a->address, b->address) == 0;
}

static struct relay_listener *find(struct relay *relay, const struct forward *forward)
{
	for (size_t i = 0; i < FORWARDS_MAX; i++) {
		struct relay_listener *listener = &relay->listeners[i];

		if (listener->there && same_host(&listener->forward, forward))
			return listener;
	}
	return NULL;
}

static struct relay_listener *find_free(struct relay *relay)
{
	for (size_t i = 0; i < FORWARDS_MAX; i++)
		if (!relay->listeners[i].there)
			return &relay->listeners[i];
	return NULL;
}

static int begin_to_listen(struct relay *relay, struct relay_listener *listener)
{
	const int on = 1;

	/* Who came may be gone again when it is taken. */
	if (fcntl(listener->source.fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	if (listener->forward.udp &&
		setsockopt(listener->source.fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		return -errno;
	if (!listener->forward.udp && listen(listener->source.fd, BACKLOG) < 0)
		return -errno;
	return relay_watch(relay, &listener->source, EPOLLIN);
}

int relay_add(struct relay *relay, const struct forward *forward, int listener_fd)
{
	struct relay_listener *listener = find_free(relay);
	OWNED_FD fd = listener_fd;
	int r = find(relay, forward) != NULL ? -EEXIST : listener == NULL ? -ENOSPC : 0;

	if (r < 0)
		return r;
	*listener = (struct relay_listener){
		.source = {.fd = fd,
			.ready = forward->udp ? relay_udp_receive : relay_tcp_accept,
			.owner = listener},
		.forward = *forward,
	};
	r = relay_guest(relay, forward, &listener->guest);
	if (r == 0)
		r = begin_to_listen(relay, listener);
	if (r < 0)
		return r;
	listener->there = true;
	(void)cleanup_steal_fd(&fd);
	return 0;
}

int relay_remove(struct relay *relay, const struct forward *forward)
{
	struct relay_listener *listener = find(relay, forward);

	if (listener == NULL)
		return -ENOENT;
	relay_tcp_forget(relay, listener);
	relay_udp_forget(relay, listener);
	relay_unwatch(relay, &listener->source);
	listener->there = false;
	return 0;
}
