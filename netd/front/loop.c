/* SPDX-License-Identifier: MIT
 * The loop of the service.
 *
 * Nothing in the loop waits for a client or for a teardown; an order waits while the back is
 * behind. A request is normally in the socket
 * when the connection is accepted and is served at once; who is silent waits in a place of the
 * client table, at most CLIENTS_PER_UID of a uid, and is dropped after CLIENTS_TIME. While the
 * table is full nobody is accepted: connections stay in the backlog. */
#include "netd/front/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "netd/front/clients.h"
#include "netd/front/events.h"
#include "netd/front/front.h"
#include "netd/front/serve.h"
#include "netd/front/watch.h"
#include "netd/log.h"
#include "policy/policy.h"

/* Connections that are accepted before the other sources get their turn. */
#define ACCEPT_MAX 16
#define EVENTS_MAX 32

struct service {
	const struct front *front;
	struct watch watch;
	bool survey; /* one is due */
	int epoll;
	int listener;
	int events;
	bool accepting;
	bool stop; /* the back has ended */
	struct clients clients;
};

static int watch(const struct service *service, int operation, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(service->epoll, operation, fd, &event) < 0 ? -errno : 0;
}

static void keep(struct service *service, struct client *client)
{
	struct policy_subject subject = {
		.uid = client->peer.uid, .gids = client->peer.gids, .n_gids = client->peer.n_gids};
	struct client *place = NULL;
	char text[WIRE_TEXT_SIZE] = "";

	/* The places are counted by uid: none for an identity of which one user has many. */
	if (policy_admit(service->front->policy, &subject, text) == CODE_IDENTITY) {
		serve_refusal(client->fd, CODE_IDENTITY, text);
		return;
	}
	place = clients_place(&service->clients, client->peer.uid);
	if (place == NULL) {
		serve_refusal(client->fd, CODE_BUSY,
			"too many connections of this user wait at owvm-netd; try again");
		return;
	}
	if (watch(service, EPOLL_CTL_ADD, client->fd) < 0)
		return;
	*place = *client;
	place->deadline = clients_now() + CLIENTS_TIME;
	*client = (struct client){.fd = -1};
}

static void accept_one(struct service *service, int fd)
{
	struct client client = {.fd = fd};

	if (peer_of_socket(fd, &client.peer) == 0 && !serve_one(service->front, fd, &client.peer))
		keep(service, &client);
	clients_drop(&client);
}

static void accept_some(struct service *service)
{
	for (int i = 0; i < ACCEPT_MAX && !clients_full(&service->clients); i++) {
		int fd = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
			log_line(LOG_WARNING, "cannot accept a connection: %s", strerror(errno));
		if (fd < 0)
			return;
		accept_one(service, fd);
	}
}

/* Look at all links, now or as soon as the last time is long enough ago. */
static int survey(struct service *service)
{
	int result = watch_survey(&service->watch);

	service->survey = result > 0;
	return result < 0 ? result : 0;
}

static int read_events(struct service *service)
{
	int error = events_read(service->events, watch_take, &service->watch);

	watch_restore(&service->watch);
	return error == -ENOBUFS ? survey(service) : error;
}

static int dispatch(struct service *service, int fd)
{
	struct client *client = NULL;

	if (fd == service->listener) {
		accept_some(service);
		return 0;
	}
	if (fd == service->events)
		return read_events(service);
	if (fd == service->front->orders) {
		service->stop = true;
		return 0;
	}
	client = clients_find(&service->clients, fd);
	if (client == NULL || !serve_one(service->front, fd, &client->peer))
		return 0;
	/* An order may hold the connection open, and the epoll entry with it. */
	epoll_ctl(service->epoll, EPOLL_CTL_DEL, fd, NULL);
	clients_drop(client);
	return 0;
}

/* Accept only while there is a place for a client that is silent. */
static int update_listener(struct service *service)
{
	bool accepting = !clients_full(&service->clients);

	if (accepting == service->accepting)
		return 0;
	service->accepting = accepting;
	return watch(service, accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, service->listener);
}

/* ms until somebody's time is over, or a survey is due; -1: never. */
static int time_left(struct service *service)
{
	int wait = clients_expire(&service->clients);

	if (service->survey && (wait < 0 || wait > WATCH_SURVEY_TIME))
		return WATCH_SURVEY_TIME;
	return wait;
}

static int loop(struct service *service)
{
	int error = 0;

	while (error == 0 && !service->stop) {
		struct epoll_event events[EVENTS_MAX] = {{0}};
		int wait = 0, n = 0;

		if (service->survey)
			error = survey(service);
		wait = time_left(service);
		if (error == 0)
			error = update_listener(service);
		if (error < 0)
			break;
		n = epoll_wait(service->epoll, events, EVENTS_MAX, wait);
		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && error == 0; i++)
			error = dispatch(service, events[i].data.fd);
	}
	return error;
}

static int serve(struct service *service)
{
	/* What changed before the events were heard. */
	int error = survey(service);

	if (error == 0)
		error = watch(service, EPOLL_CTL_ADD, service->events);
	if (error == 0)
		error = watch(service, EPOLL_CTL_ADD, service->front->orders);
	return error == 0 ? loop(service) : error;
}

int loop_run(struct front *front, int listener)
{
	OWNED_FD epoll = epoll_create1(EPOLL_CLOEXEC);
	OWNED_MEMORY struct service *service = calloc(1, sizeof(*service));
	int error = 0;

	if (epoll < 0 || service == NULL)
		return -errno;
	*service = (struct service){
		.front = front,
		.watch = {.front = front, .owner = geteuid()},
		.epoll = epoll,
		.listener = listener,
		.events = front->events,
	};
	front->watch = &service->watch;
	clients_init(&service->clients);
	error = serve(service);
	front->watch = NULL;
	return error == -EPIPE ? 0 : error;
}
