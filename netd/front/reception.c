/* SPDX-License-Identifier: MIT
 * Where clients are met: accepted, made to wait, served in turn, shown out. */
#include "netd/front/reception.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "netd/front/front.h"
#include "netd/front/serve.h"
#include "netd/front/watch.h"
#include "netd/message/log.h"
#include "policy/policy.h"

/* Connections that are accepted before the other sources get their turn. */
#define ACCEPT_MAX 16

void reception_init(struct reception *reception, const struct front *front, int epoll, int listener)
{
	reception->front = front;
	reception->epoll = epoll;
	reception->listener = listener;
	reception->last = clients_now();
	clients_init(&reception->clients);
}

static int watch(const struct reception *reception, int operation, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(reception->epoll, operation, fd, &event) < 0 ? -errno : 0;
}

/* The refusal that the client's identity gives, if it gives one: no place in a table that counts by
 * uid for an identity of which one user has many. */
static bool is_nobody(
	const struct reception *reception, const struct client *client, char text[WIRE_TEXT_SIZE])
{
	struct policy_subject subject = {
		.uid = client->peer.uid, .gids = client->peer.gids, .n_gids = client->peer.n_gids};

	return policy_admit(reception->front->policy, &subject, text) == CODE_IDENTITY;
}

/* Whoever is caught is refused like one who misuses a port. */
static void punish(const struct reception *reception, const struct client *client)
{
	char text[WIRE_TEXT_SIZE] = "";
	bool nobody = is_nobody(reception, client, text);
	uint32_t uid = client->peer.uid;

	if (!nobody)
		watch_table_punish(&reception->front->watch->table, uid, clients_now());
	if (serve_may_log(reception->front, uid, nobody ? CODE_IDENTITY : CODE_MALFORMED))
		log_line(LOG_WARNING,
			"uid %u passes file descriptors to owvm-netd, or more than one message: "
			"refused for a minute",
			uid);
}

/* Close the connection; where that might sleep, elsewhere. */
static void show_out(struct reception *reception, struct client *client)
{
	uint8_t data[SERVE_SIZE] = {0};

	/* Its one request, where it was not read, is none of what may sleep. */
	if (client->fd >= 0 && client->may_pass && !smuggle_brings_fds(client->fd))
		serve_receive(client->fd, data);
	if (client->fd >= 0 && client->may_pass && smuggle_left(client->fd)) {
		punish(reception, client);
		smuggle_park(&reception->bin, cleanup_steal_fd(&client->fd));
	}
	clients_drop(client);
}

static void refuse(const struct reception *reception, const struct client *client, enum code code,
	const char *text)
{
	/* What it has sent stays unread where it may bring fds. */
	serve_refusal(reception->front, client->fd, client->peer.uid, code, text,
		!client->may_pass && !client->silent);
}

/* Has the client sent nothing yet, nor left? */
static bool is_silent(int fd)
{
	char byte = 0;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       (errno == EAGAIN || errno == EINTR);
}

/* The cheap questions first: it is here that a flood comes. False: show it out. */
static bool admit(struct reception *reception, struct client *client)
{
	char text[WIRE_TEXT_SIZE] = "";

	if (peer_uid_of_socket(client->fd, &client->peer.uid) < 0)
		return false;
	client->silent = is_silent(client->fd);
	if (clients_crowded(&reception->clients, client->peer.uid, client->silent)) {
		refuse(reception, client, CODE_BUSY,
			"too many connections of this user wait at owvm-netd; try again");
		return false;
	}
	if (peer_of_socket(client->fd, &client->peer) < 0)
		return false;
	if (is_nobody(reception, client, text)) {
		refuse(reception, client, CODE_IDENTITY, text);
		return false;
	}
	return !client->silent || watch(reception, EPOLL_CTL_ADD, client->fd) == 0;
}

void reception_accept(struct reception *reception)
{
	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct client client = {.fd = -1};

		if (clients_full(&reception->clients) || smuggle_full(&reception->bin))
			return;
		client.fd = accept4(reception->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (client.fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
			log_line(LOG_WARNING, "cannot accept a connection: %s", strerror(errno));
		if (client.fd < 0)
			return;
		reception->last = clients_now();
		client.deadline = reception->last + CLIENTS_TIME;
		client.may_pass = smuggle_possible(client.fd);
		if (admit(reception, &client))
			clients_enter(&reception->clients, &client);
		else
			show_out(reception, &client);
	}
}

void reception_hear(struct reception *reception, int fd)
{
	struct client *client = clients_find(&reception->clients, fd);

	if (client == NULL || !client->silent)
		return;
	watch(reception, EPOLL_CTL_DEL, fd);
	clients_wake(&reception->clients, client);
}

bool reception_empty(const struct reception *reception)
{
	return clients_none(&reception->clients) && reception->bin.n_parked == 0 &&
	       reception->bin.n_children == 0;
}

bool reception_waits(const struct reception *reception)
{
	return !smuggle_full(&reception->bin) && clients_waiting(&reception->clients);
}

/* Who asks and leaves at once costs no port that would have to be removed again. */
static bool has_left(int fd)
{
	struct pollfd left = {.fd = fd};

	return poll(&left, 1, 0) == 1 && (left.revents & POLLHUP);
}

void reception_serve(struct reception *reception)
{
	struct client *client = clients_next(&reception->clients);
	uint8_t data[SERVE_SIZE] = {0};
	size_t length = 0;

	if (client == NULL)
		return;
	if (has_left(client->fd)) {
		show_out(reception, client);
		return;
	}
	if (!client->may_pass || !smuggle_brings_fds(client->fd))
		length = serve_receive(client->fd, data);
	if (client->may_pass && smuggle_left(client->fd))
		refuse(reception, client, CODE_MALFORMED,
			"a client sends one message, and no file descriptors");
	else
		serve_message(reception->front, client->fd, &client->peer, data, length);
	show_out(reception, client);
}

/* Accept only while there is a place. */
static int update_listener(struct reception *reception)
{
	bool accepting = !clients_full(&reception->clients) && !smuggle_full(&reception->bin);

	if (accepting == reception->accepting)
		return 0;
	reception->accepting = accepting;
	return watch(reception, accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, reception->listener);
}

int reception_tidy(struct reception *reception, int *ret_wait)
{
	int64_t now = clients_now();
	struct client *late = NULL;
	int clients = 0, bin = 0;

	while (!smuggle_full(&reception->bin) &&
		(late = clients_late(&reception->clients, now)) != NULL)
		show_out(reception, late);
	bin = smuggle_empty(&reception->bin);
	clients = smuggle_full(&reception->bin) ? -1 : clients_wait(&reception->clients, now);
	*ret_wait = clients < 0 || (bin >= 0 && bin < clients) ? bin : clients;
	return update_listener(reception);
}
