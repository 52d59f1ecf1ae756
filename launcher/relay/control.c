/* SPDX-License-Identifier: MIT
 * What is asked of a forwarder while it runs: see message.h.
 *
 * Whoever can reach its socket and is not the user, as the kernel says, gets no answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/deadline.h"
#include "launcher/relay/message.h"
#include "launcher/relay/private.h"

#define REQUESTS_MAX 64				   /* at a time; more are turned away */
#define REQUEST_LIMIT (RELAY_CONNECT_LIMIT + 1000) /* ms for all of a request */

struct request {
	struct relay_link link;
	struct relay_source asker;
	struct relay_source guest; /* of RELAY_CONNECT */
	int64_t deadline;
};

static void end(struct relay *relay, struct request *request)
{
	relay_unwatch(relay, &request->asker);
	relay_unwatch(relay, &request->guest);
	relay->n_requests--;
	relay_bury(relay, &request->link);
}

/* Reply, with a fd where there is one, and be done. */
static void reply(struct relay *relay, struct request *request, struct relay_reply *reply, int fd)
{
	(void)!fdpass_send(request->asker.fd, reply, sizeof(*reply), &fd, fd >= 0);
	end(relay, request);
}

static void reply_error(struct relay *relay, struct request *request, int r)
{
	reply(relay, request, &(struct relay_reply){.error = -r}, -1);
}

static void guest_ready(struct relay *relay, void *owner, uint32_t events)
{
	struct request *request = owner;
	int r = relay_dialled(request->guest.fd);

	(void)events;
	reply(relay, request, &(struct relay_reply){.error = -r}, r < 0 ? -1 : request->guest.fd);
}

static void list(struct relay *relay, struct request *request)
{
	struct relay_reply answer = {0};

	for (size_t i = 0; i < FORWARDS_MAX; i++) {
		const struct relay_listener *listener = &relay->listeners[i];
		struct relay_entry *entry = &answer.entries[answer.n];

		if (!listener->there)
			continue;
		forward_format(&listener->forward, entry->forward);
		entry->connections = listener->connections;
		answer.n++;
	}
	reply(relay, request, &answer, -1);
}

static void dial(struct relay *relay, struct request *request, const struct forward *forward)
{
	struct sockaddr_in guest = {0};
	int r = relay_guest(relay, forward, &guest);

	if (r == 0)
		r = request->guest.fd = relay_dial(&guest, SOCK_STREAM);
	if (r >= 0)
		r = relay_watch(relay, &request->guest, EPOLLOUT);
	if (r < 0)
		reply_error(relay, request, r);
}

/* The socket may be closed again by relay_add() where it fails. */
static void obey(
	struct relay *relay, struct request *request, const struct relay_request *asked, int *fd)
{
	OWNED_MEMORY char *ignored = NULL;
	struct forward forward = {0};

	if (asked->operation == RELAY_LIST)
		list(relay, request);
	else if (memchr(asked->forward, '\0', sizeof(asked->forward)) == NULL ||
		 forward_parse(asked->forward, &forward, &ignored) < 0)
		reply_error(relay, request, -EINVAL);
	else if (asked->operation == RELAY_ADD && *fd >= 0)
		reply_error(relay, request, relay_add(relay, &forward, cleanup_steal_fd(fd)));
	else if (asked->operation == RELAY_REMOVE)
		reply_error(relay, request, relay_remove(relay, &forward));
	else if (asked->operation == RELAY_CONNECT)
		dial(relay, request, &forward);
	else
		reply_error(relay, request, -EINVAL);
}

static void asker_ready(struct relay *relay, void *owner, uint32_t events)
{
	struct request *request = owner;
	struct relay_request asked = {0};
	OWNED_FD fd = -1;
	size_t n = 0;
	int length = fdpass_receive(request->asker.fd, &asked, sizeof(asked), &fd, 1, &n);

	(void)events;
	if (length == -EAGAIN)
		return;
	/* Nothing more is to come while the guest is being connected to: it went away. */
	if (length != sizeof(asked) || request->guest.fd >= 0)
		end(relay, request);
	else
		obey(relay, request, &asked, &fd);
}

static bool is_the_user(int fd)
{
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

void relay_control_accept(struct relay *relay, void *owner, uint32_t events)
{
	OWNED_FD fd = accept4(relay->control.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct request *request = fd < 0 || !is_the_user(fd) || relay->n_requests == REQUESTS_MAX
					  ? NULL
					  : calloc(1, sizeof(*request));

	(void)owner;
	(void)events;
	if (request == NULL)
		return;
	*request = (struct request){
		.asker = {fd, asker_ready, request},
		.guest = {-1, guest_ready, request},
		.deadline = deadline_in(REQUEST_LIMIT),
	};
	if (relay_watch(relay, &request->asker, EPOLLIN) < 0) {
		free(request);
		return;
	}
	(void)cleanup_steal_fd(&fd);
	relay->n_requests++;
	relay_link_add(&relay->requests, &request->link);
}

void relay_control_sweep(struct relay *relay, int64_t now)
{
	while (!relay_link_empty(&relay->requests)) {
		struct request *request = (void *)relay->requests.after;

		if (request->deadline > now)
			return;
		reply_error(relay, request, -ETIMEDOUT);
	}
}
