/* SPDX-License-Identifier: MIT
 * Where clients are met: accepted, made to wait, served in turn, shown out. */
#include "netd/front/accept-queue.h"

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
#include "policy/policy-ranges.h"
#include "policy/policy.h"

/* Connections that are accepted before the other sources get their turn. */
#define ACCEPT_MAX 16

void accept_queue_init(
	struct accept_queue *queue, const struct front *front, int epoll, int listener)
{
	queue->front = front;
	queue->epoll = epoll;
	queue->listener = listener;
	queue->last = clients_now();
	clients_init(&queue->clients);
}

static int watch(const struct accept_queue *queue, int operation, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(queue->epoll, operation, fd, &event) < 0 ? -errno : 0;
}

/* Whoever has come after a range of subordinate uids appeared is judged by it. */
static void follow_ranges(const struct front *front)
{
	char text[POLICY_RANGES_TEXT_SIZE] = "";
	int result = front->ranges == NULL
			     ? 0
			     : policy_ranges_follow(front->ranges, front->policy, text);

	if (result > 0)
		log_line(LOG_INFO, "the ranges of subordinate uids have changed");
	if (result < 0)
		log_line(LOG_ERROR, "%s; the ranges that were known before stay refused", text);
}

/* The refusal that the client's identity gives, if it gives one: no place in a table that counts by
 * uid for an identity of which one user has many. */
static bool is_nobody(
	const struct accept_queue *queue, const struct client *client, char text[WIRE_TEXT_SIZE])
{
	struct policy_subject subject = {
		.uid = client->peer.uid, .gids = client->peer.gids, .n_gids = client->peer.n_gids};

	return policy_admit(queue->front->policy, &subject, text) == CODE_IDENTITY;
}

/* Whoever is caught is refused like one who misuses a port. */
static void punish(const struct accept_queue *queue, const struct client *client)
{
	char text[WIRE_TEXT_SIZE] = "";
	bool nobody = is_nobody(queue, client, text);
	uint32_t uid = client->peer.uid;

	if (!nobody)
		watch_table_punish(&queue->front->watch->table, uid, clients_now());
	if (serve_may_log(queue->front, uid, nobody ? CODE_IDENTITY : CODE_MALFORMED))
		log_line(LOG_WARNING,
			"uid %u passes file descriptors to owvm-netd, or more than one message: "
			"refused for a minute",
			uid);
}

/* Close the connection; where that might sleep, elsewhere. */
static void show_out(struct accept_queue *queue, struct client *client)
{
	uint8_t data[SERVE_SIZE] = {0};

	/* Its one request, where it was not read, is none of what may sleep. */
	if (client->fd >= 0 && client->may_pass && !passed_fds_come_next(client->fd))
		serve_receive(client->fd, data);
	if (client->fd >= 0 && client->may_pass && passed_fds_left(client->fd)) {
		punish(queue, client);
		passed_fds_park(&queue->bin, cleanup_steal_fd(&client->fd));
	}
	clients_drop(client);
}

static void refuse(const struct accept_queue *queue, const struct client *client, enum code code,
	const char *text)
{
	/* What it has sent stays unread where it may bring fds. */
	serve_refusal(queue->front, client->fd, client->peer.uid, code, text,
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
static bool admit(struct accept_queue *queue, struct client *client)
{
	char text[WIRE_TEXT_SIZE] = "";

	if (peer_uid_of_socket(client->fd, &client->peer.uid) < 0)
		return false;
	client->silent = is_silent(client->fd);
	if (clients_crowded(&queue->clients, client->peer.uid, client->silent)) {
		refuse(queue, client, CODE_BUSY,
			"too many connections of this user wait at owvm-netd; try again");
		return false;
	}
	if (peer_of_socket(client->fd, &client->peer) < 0)
		return false;
	if (is_nobody(queue, client, text)) {
		refuse(queue, client, CODE_IDENTITY, text);
		return false;
	}
	return !client->silent || watch(queue, EPOLL_CTL_ADD, client->fd) == 0;
}

void accept_queue_accept(struct accept_queue *queue)
{
	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct client client = {.fd = -1};

		if (clients_full(&queue->clients) || passed_fds_full(&queue->bin))
			return;
		client.fd = accept4(queue->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (client.fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
			log_line(LOG_WARNING, "cannot accept a connection: %s", strerror(errno));
		if (client.fd < 0)
			return;
		queue->last = clients_now();
		client.deadline = queue->last + CLIENTS_TIME;
		client.may_pass = passed_fds_possible(client.fd);
		follow_ranges(queue->front);
		if (admit(queue, &client))
			clients_enter(&queue->clients, &client);
		else
			show_out(queue, &client);
	}
}

void accept_queue_hear(struct accept_queue *queue, int fd)
{
	struct client *client = clients_find(&queue->clients, fd);

	if (client == NULL || !client->silent)
		return;
	watch(queue, EPOLL_CTL_DEL, fd);
	clients_wake(&queue->clients, client);
}

bool accept_queue_empty(const struct accept_queue *queue)
{
	return clients_none(&queue->clients) && queue->bin.n_parked == 0 &&
	       queue->bin.n_children == 0;
}

bool accept_queue_waits(const struct accept_queue *queue)
{
	return !passed_fds_full(&queue->bin) && clients_waiting(&queue->clients);
}

/* Who asks and leaves at once costs no port that would have to be removed again. */
static bool has_left(int fd)
{
	struct pollfd left = {.fd = fd};

	return poll(&left, 1, 0) == 1 && (left.revents & POLLHUP);
}

void accept_queue_serve(struct accept_queue *queue)
{
	struct client *client = clients_next(&queue->clients);
	uint8_t data[SERVE_SIZE] = {0};
	size_t length = 0;

	if (client == NULL)
		return;
	if (has_left(client->fd)) {
		show_out(queue, client);
		return;
	}
	follow_ranges(queue->front);
	if (!client->may_pass || !passed_fds_come_next(client->fd))
		length = serve_receive(client->fd, data);
	if (client->may_pass && passed_fds_left(client->fd))
		refuse(queue, client, CODE_MALFORMED,
			"a client sends one message, and no file descriptors");
	else
		serve_message(queue->front, client->fd, &client->peer, data, length);
	show_out(queue, client);
}

/* Accept only while there is a place. */
static int update_listener(struct accept_queue *queue)
{
	bool accepting = !clients_full(&queue->clients) && !passed_fds_full(&queue->bin);

	if (accepting == queue->accepting)
		return 0;
	queue->accepting = accepting;
	return watch(queue, accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, queue->listener);
}

int accept_queue_tidy(struct accept_queue *queue, int *ret_wait)
{
	int64_t now = clients_now();
	struct client *late = NULL;
	int clients = 0, bin = 0;

	while (!passed_fds_full(&queue->bin) && (late = clients_late(&queue->clients, now)) != NULL)
		show_out(queue, late);
	bin = passed_fds_empty(&queue->bin);
	clients = passed_fds_full(&queue->bin) ? -1 : clients_wait(&queue->clients, now);
	*ret_wait = clients < 0 || (bin >= 0 && bin < clients) ? bin : clients;
	return update_listener(queue);
}
