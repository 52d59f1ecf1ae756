/* SPDX-License-Identifier: MIT
 * What listens on this host and connects to the guest: the loop.
 *
 * Connections are watched for edges, once and for all, and moved until nothing moves: so a side
 * that has ended, or that does not read, wakes nobody. One that has much to say gives way to the
 * others after its turn. What has ended is freed after the events that came together with its
 * last. */
#include "launcher/relay/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/relay/private.h"

#define EVENTS 64
#define SPARE_FDS (64 + RELAY_FLOWS_MAX) /* for all that is no connection */

static void free_dead(struct relay *relay)
{
	while (!relay_link_empty(&relay->dead)) {
		struct relay_link *link = relay->dead.after;

		relay->dead.after = link->after;
		link->after->before = &relay->dead;
		free(link);
	}
}

/* How many connections the limit of open files leaves room for. */
static size_t most_connections(void)
{
	struct rlimit limit = {0};
	size_t most = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 && getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	most = limit.rlim_cur > SPARE_FDS ? (size_t)(limit.rlim_cur - SPARE_FDS) / RELAY_FDS : 1;
	return most < RELAY_CONNECTIONS_MAX ? most : RELAY_CONNECTIONS_MAX;
}

struct relay *relay_new(const char *guest_address)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (relay == NULL)
		return NULL;
	/* Who has gone away is an error of splice(2). */
	(void)signal(SIGPIPE, SIG_IGN);
	relay->control.fd = relay->end.fd = -1;
	relay_link_init(&relay->dialling);
	relay_link_init(&relay->connections);
	relay_link_init(&relay->busy);
	relay_link_init(&relay->dead);
	relay_link_init(&relay->flows);
	relay_link_init(&relay->requests);
	relay->most = most_connections();
	relay->epoll = epoll_create1(EPOLL_CLOEXEC);
	relay->pipes = relay_pipes_new();
	if (relay->epoll < 0 || relay->pipes == NULL ||
		inet_pton(AF_INET, guest_address, &relay->guest) != 1) {
		relay_free(relay);
		return NULL;
	}
	return relay;
}

void relay_free(struct relay *relay)
{
	if (relay == NULL)
		return;
	relay_tcp_sweep(relay, INT64_MAX);
	relay_udp_sweep(relay, INT64_MAX);
	relay_control_sweep(relay, INT64_MAX);
	free_dead(relay);
	for (size_t i = 0; i < FORWARDS_MAX; i++)
		if (relay->listeners[i].there)
			cleanup_close(&relay->listeners[i].source.fd);
	relay_pipes_free(relay->pipes);
	cleanup_close(&relay->control.fd);
	cleanup_close(&relay->epoll);
	free(relay);
}

int relay_serve(struct relay *relay, int control)
{
	relay->control = (struct relay_source){.fd = control, .ready = relay_control_accept};
	return relay_watch(relay, &relay->control, EPOLLIN);
}

static void end_ready(struct relay *relay, void *owner, uint32_t events)
{
	(void)owner;
	(void)events;
	relay->ended = true;
}

/* For epoll_wait(2): nobody is woken where nothing can be too late. */
static int pause_of(const struct relay *relay)
{
	bool idle = relay_link_empty(&relay->dialling) && relay_link_empty(&relay->flows) &&
		    relay_link_empty(&relay->requests) && relay->n_paused == 0;

	if (!relay_link_empty(&relay->busy))
		return 0;
	return idle ? -1 : RELAY_TICK;
}

static void sweep(struct relay *relay)
{
	int64_t now = deadline_now();

	if (now < relay->tick)
		return;
	relay->tick = now + RELAY_TICK;
	relay_resume(relay);
	relay_tcp_sweep(relay, now);
	relay_udp_sweep(relay, now);
	relay_control_sweep(relay, now);
}

static int turn(struct relay *relay)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(relay->epoll, events, EVENTS, pause_of(relay));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct relay_source *source = events[i].data.ptr;

		if (source->fd >= 0)
			source->ready(relay, source->owner, events[i].events);
	}
	relay_tcp_continue(relay);
	sweep(relay);
	free_dead(relay);
	return 0;
}

int relay_run(struct relay *relay, int end)
{
	int r = 0;

	relay->end = (struct relay_source){.fd = end, .ready = end_ready};
	r = relay_watch(relay, &relay->end, EPOLLIN);
	while (r == 0 && !relay->ended)
		r = turn(relay);
	return r;
}
