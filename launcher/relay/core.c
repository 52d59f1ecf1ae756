/* SPDX-License-Identifier: MIT
 * What all parts of the relay stand on: lists, the loop's sources, sockets to the guest, listeners
 * that wait. */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/relay/private.h"

void relay_link_init(struct relay_link *head)
{
	head->before = head->after = head;
}

void relay_link_add(struct relay_link *head, struct relay_link *link)
{
	link->before = head->before;
	link->after = head;
	head->before->after = link;
	head->before = link;
}

void relay_link_move(struct relay_link *head, struct relay_link *link)
{
	link->before->after = link->after;
	link->after->before = link->before;
	relay_link_add(head, link);
}

bool relay_link_empty(const struct relay_link *head)
{
	return head->after == head;
}

void relay_bury(struct relay *relay, struct relay_link *link)
{
	relay_link_move(&relay->dead, link);
}

int relay_watch(struct relay *relay, struct relay_source *source, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	return epoll_ctl(relay->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

void relay_unwatch(struct relay *relay, struct relay_source *source)
{
	if (source->fd >= 0)
		(void)epoll_ctl(relay->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	cleanup_close(&source->fd);
}

int relay_dial(const struct sockaddr_in *guest, int type)
{
	OWNED_FD fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)guest, sizeof(*guest)) < 0 && errno != EINPROGRESS)
		return -errno;
	return cleanup_steal_fd(&fd);
}

int relay_dialled(int fd)
{
	socklen_t size = sizeof(int);
	int error = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

int relay_guest(
	const struct relay *relay, const struct forward *forward, struct sockaddr_in *ret_guest)
{
	const char *address = forward->guest_address;

	*ret_guest = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(forward->guest), .sin_addr = relay->guest};
	return address[0] == '\0' || inet_pton(AF_INET, address, &ret_guest->sin_addr) == 1
		       ? 0
		       : -EINVAL;
}

static void listen_for(struct relay *relay, struct relay_listener *listener, bool wanted)
{
	struct epoll_event event = {.events = wanted ? EPOLLIN : 0, .data.ptr = &listener->source};

	if (epoll_ctl(relay->epoll, EPOLL_CTL_MOD, listener->source.fd, &event) == 0)
		listener->paused = !wanted;
}

void relay_pause(struct relay *relay, struct relay_listener *listener)
{
	listen_for(relay, listener, false);
	relay->n_paused++;
}

void relay_resume(struct relay *relay)
{
	if (relay->n_paused == 0)
		return;
	relay->n_paused = 0;
	for (size_t i = 0; i < FORWARDS_MAX; i++)
		if (relay->listeners[i].there && relay->listeners[i].paused)
			listen_for(relay, &relay->listeners[i], true);
}
