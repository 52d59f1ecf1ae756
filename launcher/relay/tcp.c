/* SPDX-License-Identifier: MIT
 * Connections of TCP: a client on this host, the guest, and two streams between them. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/relay/private.h"

#define EDGES (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define TURN 8 /* moves of a connection before others have their turn */

enum { CLIENT, GUEST };

struct connection {
	struct relay_link link;
	struct relay_source ends[2];
	struct relay_stream streams[2];	 /* from that end */
	struct relay_listener *listener; /* NULL: it is gone */
	bool dialling;
	int64_t deadline; /* for the guest's answer */
};

static void set_options(int fd)
{
	static const int on = 1, idle = 60, between = 20;

	/* What comes late stays late, and a guest that was reset is noticed. */
	(void)!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)!setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)!setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)!setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
}

/* The other end shall see that it was no good end. */
static void reset(int fd)
{
	const struct linger now = {.l_onoff = 1};

	(void)!setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void end(struct relay *relay, struct connection *connection, bool broken)
{
	for (int i = CLIENT; i <= GUEST; i++) {
		relay_stream_close(relay->pipes, &connection->streams[i]);
		if (broken)
			reset(connection->ends[i].fd);
		relay_unwatch(relay, &connection->ends[i]);
	}
	if (connection->listener != NULL)
		connection->listener->connections--;
	relay->n_connections--;
	relay_bury(relay, &connection->link);
	relay_resume(relay);
}

/* Both directions once. Returns as relay_stream_move() does. */
static int move(struct relay *relay, struct connection *connection)
{
	int moved = 0;

	for (int i = CLIENT; i <= GUEST; i++) {
		int r = relay_stream_move(relay->pipes, &connection->streams[i],
			connection->ends[i].fd, connection->ends[GUEST - i].fd);

		if (r < 0)
			return r;
		moved |= r;
	}
	return moved;
}

static void work(struct relay *relay, struct connection *connection)
{
	const struct relay_stream *streams = connection->streams;
	int r = 1;

	for (int i = 0; i < TURN && r > 0; i++)
		r = move(relay, connection);
	if (r < 0 || (streams[CLIENT].told && streams[GUEST].told))
		end(relay, connection, r < 0);
	else
		relay_link_move(r > 0 ? &relay->busy : &relay->connections, &connection->link);
}

static void ready(struct relay *relay, void *owner, uint32_t events)
{
	struct connection *connection = owner;

	if ((events & EPOLLERR) && relay_dialled(connection->ends[CLIENT].fd) < 0) {
		end(relay, connection, true);
		return;
	}
	if (!connection->dialling)
		work(relay, connection);
}

static void guest_ready(struct relay *relay, void *owner, uint32_t events)
{
	struct connection *connection = owner;

	if ((events & EPOLLERR) && relay_dialled(connection->ends[GUEST].fd) < 0) {
		end(relay, connection, true);
		return;
	}
	if (connection->dialling && (events & EPOLLOUT) == 0)
		return;
	connection->dialling = false;
	work(relay, connection);
}

static struct connection *make(struct relay *relay, struct relay_listener *listener, int client)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	OWNED_FD guest = connection == NULL ? -1 : relay_dial(&listener->guest, SOCK_STREAM);

	if (guest < 0) {
		free(connection);
		return NULL;
	}
	set_options(client);
	set_options(guest);
	*connection = (struct connection){
		.ends = {{client, ready, connection},
			{cleanup_steal_fd(&guest), guest_ready, connection}},
		.streams = {{.pipe = {-1, -1}}, {.pipe = {-1, -1}}},
		.listener = listener,
		.dialling = true,
		.deadline = deadline_in(RELAY_CONNECT_LIMIT),
	};
	listener->connections++;
	relay->n_connections++;
	relay_link_add(&relay->dialling, &connection->link);
	return connection;
}

/* `client` is the relay's from now on. */
static void begin(struct relay *relay, struct relay_listener *listener, int client)
{
	struct connection *connection = make(relay, listener, client);

	if (connection == NULL) {
		reset(client);
		cleanup_close(&client);
	} else if (relay_watch(relay, &connection->ends[CLIENT], EDGES) < 0 ||
		   relay_watch(relay, &connection->ends[GUEST], EDGES) < 0) {
		end(relay, connection, true);
	}
}

void relay_tcp_accept(struct relay *relay, void *owner, uint32_t events)
{
	struct relay_listener *listener = owner;

	(void)events;
	for (int i = 0; i < RELAY_BATCH && !listener->paused; i++) {
		int client = -1;

		if (relay->n_connections < relay->most)
			client = accept4(
				listener->source.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client >= 0)
			begin(relay, listener, client);
		else if (relay->n_connections >= relay->most || errno == EMFILE ||
			 errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			relay_pause(relay, listener);
		else
			return;
	}
}

void relay_tcp_continue(struct relay *relay)
{
	struct relay_link *last = relay->busy.before;

	/* Each once: who is still busy goes to the end. */
	while (!relay_link_empty(&relay->busy)) {
		struct relay_link *link = relay->busy.after;

		work(relay, (void *)link);
		if (link == last)
			return;
	}
}

static void end_all(struct relay *relay, const struct relay_link *head)
{
	while (!relay_link_empty(head))
		end(relay, (void *)head->after, true);
}

void relay_tcp_sweep(struct relay *relay, int64_t now)
{
	/* The oldest is the first. */
	while (!relay_link_empty(&relay->dialling)) {
		struct connection *connection = (void *)relay->dialling.after;

		if (connection->deadline > now)
			break;
		end(relay, connection, true);
	}
	if (now == INT64_MAX) {
		end_all(relay, &relay->connections);
		end_all(relay, &relay->busy);
	}
}

static void forget(const struct relay_link *head, const struct relay_listener *listener)
{
	for (struct relay_link *link = head->after; link != head; link = link->after) {
		struct connection *connection = (void *)link;

		if (connection->listener == listener)
			connection->listener = NULL;
	}
}

void relay_tcp_forget(struct relay *relay, const struct relay_listener *listener)
{
	forget(&relay->dialling, listener);
	forget(&relay->connections, listener);
	forget(&relay->busy, listener);
}
