/* SPDX-License-Identifier: MIT
 * The reaper: a child of the service that does what sleeps. */
#include "netd/back/reaper.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "netd/kernel/link.h"
#include "netd/kernel/netlink.h"
#include "netd/message/log.h"
#include "netd/port/bridge.h"
#include "netd/port/netd.h"
#include "netd/start/confine.h"
#include "netd/start/filter.h"

/* Jobs that are taken together: as many links are deleted at the price of one. More would keep the
 * kernel's lock of all links longer than others should wait for it: 0.5 ms a link. */
#define BATCH_MAX 16
/* Bytes; enough for thousands of jobs. */
#define QUEUE_SIZE (4 * 1024 * 1024)

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
}

/* Move the condemned links into a group of their own and delete the group with one message: the
 * kernel then waits once for all of them. */
static void delete_links(struct netlink *route, const struct reaper_job *jobs, size_t n)
{
	struct netlink_batch batch = {0};

	static_assert(BATCH_MAX < NETLINK_BATCH_MAX, "all of them and one message more");
	for (size_t i = 0; i < n; i++)
		if (jobs[i].tap.ifindex > 0)
			netlink_put_u32(link_message(&batch, RTM_NEWLINK, 0, jobs[i].tap.ifindex),
				IFLA_GROUP, LINK_GROUP_CONDEMNED);
	if (batch.n == 0)
		return;
	netlink_put_u32(link_message(&batch, RTM_DELLINK, 0, 0), IFLA_GROUP, LINK_GROUP_CONDEMNED);
	netlink_commit(route, &batch);
}

static void run_jobs(struct netlink *route, const struct reaper_job *jobs, size_t n)
{
	delete_links(route, jobs, n);
	for (size_t i = 0; i < n; i++)
		close_all(jobs[i].tap.fds, jobs[i].tap.n);
	for (size_t i = 0; i < n; i++)
		if (jobs[i].bridge > 0)
			bridge_remove_empty(route, jobs[i].bridge);
}

void reaper_take(const struct netd *netd, const struct reaper_job *job)
{
	const struct tap *tap = &job->tap;
	int error = 0;

	if (netd->reaper < 0) {
		run_jobs(netd->route, job, 1);
		return;
	}
	error = fdpass_send(netd->reaper, job, sizeof(*job), tap->fds, tap->n);
	/* Clients that take no replies hold so many fds of netd's in flight that none can be sent
	 * (unix(7)): then it is here that the close may sleep. */
	if (error < 0 && error != -ETOOMANYREFS) {
		log_line(LOG_ERROR, "the reaper is gone or cannot follow: %s", strerror(-error));
		exit(EXIT_FAILURE);
	}
	/* Else the message holds other references: this never sleeps. */
	close_all(tap->fds, tap->n);
}

/* Wait for one job, then take what else is there. Returns the number, 0 at the end of the service.
 * */
static size_t take_jobs(int socket, struct reaper_job jobs[BATCH_MAX])
{
	size_t n = 0;

	for (; n < BATCH_MAX; n++) {
		struct reaper_job *job = &jobs[n];

		if (n > 0 && recv(socket, job, sizeof(*job), MSG_PEEK | MSG_DONTWAIT) <= 0)
			break;
		/* The fds here are others than those that the job was sent with. */
		if (fdpass_receive(socket, job, sizeof(*job), job->tap.fds, FDPASS_MAX,
			    &job->tap.n) != sizeof(*job))
			break;
	}
	return n;
}

static void run(int socket)
{
	struct netlink *route = NULL;
	struct reaper_job jobs[BATCH_MAX] = {{.bridge = 0}};
	size_t n = 0;
	int error = netlink_open(NETLINK_ROUTE, &route);

	if (error == 0)
		error = confine_calls(&filter_back);
	if (error < 0) {
		log_line(LOG_ERROR, "the reaper cannot start: %s", strerror(-error));
		_exit(EXIT_FAILURE);
	}
	while ((n = take_jobs(socket, jobs)) > 0)
		run_jobs(route, jobs, n);
	_exit(EXIT_SUCCESS);
}

int reaper_start(int orders)
{
	int sockets[2] = {-1, -1}, size = QUEUE_SIZE;
	pid_t child = -1;

	/* Blocking would let a full queue stop the service. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ||
		fcntl(sockets[0], F_SETFL, O_NONBLOCK) < 0 || (child = fork()) < 0)
		return -errno;
	if (child == 0) {
		close(sockets[0]);
		close(orders);
		/* A signal to the service's group must not take away the reaper while the queue
		 * holds jobs; the others are blocked (back_hold_signals()). */
		signal(SIGHUP, SIG_IGN);
		run(sockets[1]);
	}
	close(sockets[1]);
	/* Needs the capability; the default still holds hundreds of jobs. */
	setsockopt(sockets[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return sockets[0];
}
