/* SPDX-License-Identifier: MIT
 * The loop of the service.
 *
 * Nothing in the loop waits for a client, for a teardown, or for a port to be made: requests are
 * served one at a time while the back has taken the order before, and what the kernel says of links
 * is heard in between. */
#include "netd/front/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "netd/front/accept-queue.h"
#include "netd/front/events.h"
#include "netd/front/front.h"
#include "netd/front/links.h"
#include "netd/front/loglimit.h"
#include "netd/front/notify.h"
#include "netd/front/rules.h"
#include "netd/front/watch.h"
#include "netd/kernel/nft.h"
#include "netd/message/log.h"

#define EVENTS_MAX 32
/* Making a port is announced a dozen times while it goes on. To be woken each time, and to ask the
 * kernel back, would slow it down by a tenth: for this long after a request announcements wait. */
#define DEAF_TIME 2 /* ms */

struct service {
	const struct front *front;
	struct watch watch;
	struct accept_queue queue;
	bool behind;  /* the back is, and epoll tells when it is not any more */
	bool stop;    /* the back has ended, or there is nothing to do */
	int64_t deaf; /* until then announcements wait; 0: they do not */
	int epoll;
};

static int listen_to(const struct service *service, int operation, int fd, uint32_t what)
{
	struct epoll_event event = {.events = what, .data.fd = fd};

	return epoll_ctl(service->epoll, operation, fd, &event) < 0 ? -errno : 0;
}

static int set_deaf(struct service *service, bool deaf)
{
	uint32_t what = deaf ? 0 : EPOLLIN;
	int error = 0;

	if (deaf == (service->deaf > 0))
		return 0;
	service->deaf = deaf ? clients_now() + DEAF_TIME : 0;
	error = listen_to(service, EPOLL_CTL_MOD, service->front->events->fd, what);
	return error < 0 ? error
			 : listen_to(service, EPOLL_CTL_MOD, service->front->rules->fd, what);
}

static int hear(struct service *service)
{
	int result = events_read(service->front->events, watch_take, &service->watch);

	return result < 0 ? result : 0;
}

/* Look at all links, as soon as nothing more is lost, and the last time is long enough ago. */
static int survey(struct service *service, bool urgent)
{
	struct events *events = service->front->events;
	int result = events->losing > 0 ? hear(service) : 0;

	if (result < 0 || events->losing > 0)
		return result;
	result = watch_survey(&service->watch, urgent);
	events->missed = result > 0;
	return result < 0 ? result : 0;
}

/* Others may flush all rules there are, as a restart of nftables.service does: at once each port
 * gets its own back. */
static int take_rules(struct service *service)
{
	struct events *rules = service->front->rules;
	bool lost = false;
	int more = 0;

	do
		more = events_read(rules, rules_take, &lost);
	while (more > 0 && rules->losing > 0);
	if (more < 0)
		return more;
	if (lost)
		log_line(LOG_WARNING, "somebody removed the nftables table 'netdev " NFT_TABLE
				      "', which keeps guests from misuse: it is made again");
	if (!lost && !rules->missed)
		return 0;
	rules->missed = false;
	service->front->events->missed = true;
	return survey(service, true);
}

static int dispatch(struct service *service, const struct epoll_event *event)
{
	int fd = event->data.fd;

	if (fd == service->queue.listener) {
		accept_queue_accept(&service->queue);
	} else if (fd == service->front->events->fd) {
		return hear(service);
	} else if (fd == service->front->rules->fd) {
		return take_rules(service);
	} else if (fd == service->front->orders) {
		/* It sends nothing: this is its end. */
		service->stop = (event->events & ~(uint32_t)EPOLLOUT) != 0;
	} else {
		accept_queue_hear(&service->queue, fd);
	}
	return 0;
}

/* Its socket holds so little that it is writable only when nearly nothing is in it. */
static bool back_is_behind(const struct service *service)
{
	struct pollfd orders = {.fd = service->front->orders, .events = POLLOUT};

	return poll(&orders, 1, 0) == 0;
}

/* Serve one client, if there is one and the back can follow. */
static int serve_next(struct service *service)
{
	bool waits = accept_queue_waits(&service->queue);
	bool behind = waits && back_is_behind(service);

	if (waits && !behind) {
		int error = set_deaf(service, true);

		if (error < 0)
			return error;
		accept_queue_serve(&service->queue);
	}
	if (behind == service->behind)
		return 0;
	service->behind = behind;
	return listen_to(service, EPOLL_CTL_MOD, service->front->orders,
		behind ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void say_what_was_not_logged(const struct service *service)
{
	struct loglimit *limit = service->front->limit;
	unsigned int missed = 0;
	uint32_t uid = 0;

	while (loglimit_end(limit, clients_now(), &uid, &missed)) {
		if (uid == LOGLIMIT_OTHERS)
			log_line(LOG_WARNING, "other uids: %u more requests not logged", missed);
		else
			log_line(LOG_WARNING, "uid %u: %u more requests not logged", uid, missed);
	}
}

static void note_alive(const struct link *link, void *context)
{
	bool *alive = context;
	uint32_t uid = 0;
	unsigned int slot = 0;

	if (ifname_slot_parse(link->name, &uid, &slot) || link_is_own_bridge(link))
		*alive = true;
}

/* Is there a port, or a bridge that netd has to remove one day? */
static bool anything_alive(const struct service *service)
{
	bool alive = false;

	return links_each(service->front->route, "tun", note_alive, &alive) < 0 ||
	       links_each(service->front->route, "bridge", note_alive, &alive) < 0 || alive;
}

/* End where there has been nothing to do for long. Else ms until it is time to look, -1: never. */
static int rest(struct service *service)
{
	struct accept_queue *queue = &service->queue;
	int64_t time = (int64_t)service->front->idle * 1000, now = clients_now();

	if (time == 0 || !accept_queue_empty(queue))
		return -1;
	if (service->watch.left > queue->last)
		queue->last = service->watch.left;
	if (now - queue->last < time)
		return (int)(queue->last + time - now);
	if (anything_alive(service)) {
		queue->last = now;
		return (int)time;
	}
	log_line(LOG_INFO, "no client and no port for %u s: owvm-netd ends until somebody asks",
		service->front->idle);
	notify_send(service->front->notify, "STOPPING=1\nSTATUS=nobody has asked for a while");
	service->stop = true;
	return 0;
}

static int sooner(int a, int b)
{
	return b < 0 || (a >= 0 && a < b) ? a : b;
}

/* See to what is due, and tell how long the loop may sleep. */
static int tidy(struct service *service, int *ret_wait)
{
	const struct events *events = service->front->events;
	int error = events->missed ? survey(service, false) : 0, wait = -1;

	if (error == 0 && service->deaf <= clients_now())
		error = set_deaf(service, false);
	if (error == 0)
		error = accept_queue_tidy(&service->queue, &wait);
	if (service->deaf > 0)
		wait = sooner(wait, DEAF_TIME);
	say_what_was_not_logged(service);
	wait = sooner(wait, loglimit_wait(service->front->limit, clients_now()));
	wait = sooner(wait, rest(service));
	if (events->missed)
		wait = sooner(wait, events->losing > 0 ? 0 : WATCH_SURVEY_TIME);
	if (!service->behind && accept_queue_waits(&service->queue))
		wait = 0;
	*ret_wait = wait;
	return error;
}

static int loop(struct service *service)
{
	int wait = 0, error = tidy(service, &wait);

	while (error == 0 && !service->stop) {
		struct epoll_event events[EVENTS_MAX] = {{0}};
		int n = epoll_wait(service->epoll, events, EVENTS_MAX, wait);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && error == 0; i++)
			error = dispatch(service, &events[i]);
		if (error == 0 && !service->stop)
			error = serve_next(service);
		if (error == 0 && !service->stop)
			error = tidy(service, &wait);
	}
	return error;
}

static int serve(struct service *service)
{
	/* What changed before the events were heard. */
	int error = survey(service, false);

	if (error == 0)
		error = listen_to(service, EPOLL_CTL_ADD, service->front->events->fd, EPOLLIN);
	if (error == 0)
		error = listen_to(service, EPOLL_CTL_ADD, service->front->rules->fd, EPOLLIN);
	if (error == 0)
		error = listen_to(service, EPOLL_CTL_ADD, service->front->orders, EPOLLIN);
	return error == 0 ? loop(service) : error;
}

int loop_run(struct front *front, int listener)
{
	OWNED_FD epoll = epoll_create1(EPOLL_CLOEXEC);
	OWNED_MEMORY struct service *service = calloc(1, sizeof(*service));
	int error = 0;

	if (epoll < 0 || service == NULL)
		return -errno;
	service->front = front;
	service->epoll = epoll;
	service->watch.front = front;
	front->watch = &service->watch;
	accept_queue_init(&service->queue, front, epoll, listener);
	error = serve(service);
	front->watch = NULL;
	return error == -EPIPE ? 0 : error;
}
