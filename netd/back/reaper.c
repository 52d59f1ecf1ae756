/* SPDX-License-Identifier: MIT
 * The reaper: a child of the service that does what sleeps. */
#include "netd/back/reaper.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdbool.h>
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

enum job_kind { JOB_CLOSE, JOB_CONDEMN, JOB_SETTLE };

struct job {
	enum job_kind kind;
	int ifindex;
	/* Filled in by the receiver. */
	int fds[FDPASS_MAX];
	size_t n;
};

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
}

/* Move the condemned links into a group of their own and delete the group with one message: the
 * kernel then waits once for all of them. */
static void delete_links(struct netlink *route, const struct job *jobs, size_t n)
{
	struct ifinfomsg head = {0};
	struct netlink_batch batch = {0};

	static_assert(BATCH_MAX < NETLINK_BATCH_MAX, "all of them and one message more");
	for (size_t i = 0; i < n; i++) {
		head.ifi_index = jobs[i].ifindex;
		if (jobs[i].kind == JOB_CONDEMN && head.ifi_index > 0)
			netlink_put_u32(
				netlink_batch_add(&batch, RTM_NEWLINK, 0, &head, sizeof(head)),
				IFLA_GROUP, LINK_GROUP_CONDEMNED);
	}
	if (batch.n == 0)
		return;
	head.ifi_index = 0;
	netlink_put_u32(netlink_batch_add(&batch, RTM_DELLINK, 0, &head, sizeof(head)), IFLA_GROUP,
		LINK_GROUP_CONDEMNED);
	netlink_commit(route, &batch);
}

static void run_jobs(struct netlink *route, const struct job *jobs, size_t n)
{
	delete_links(route, jobs, n);
	for (size_t i = 0; i < n; i++)
		close_all(jobs[i].fds, jobs[i].n);
	for (size_t i = 0; i < n; i++)
		if (jobs[i].kind == JOB_SETTLE)
			bridge_remove_empty(route, jobs[i].ifindex);
}

static void submit(
	const struct netd *netd, enum job_kind kind, int ifindex, const int *fds, size_t n)
{
	struct job job = {.kind = kind, .ifindex = ifindex};
	int error = 0;

	if (netd->reaper < 0) {
		if (n > 0)
			memcpy(job.fds, fds, n * sizeof(*fds));
		job.n = n;
		run_jobs(netd->route, &job, 1);
		return;
	}
	error = fdpass_send(netd->reaper, &job, sizeof(job), fds, n);
	/* Clients that take no replies hold so many fds of netd's in flight that none can be sent
	 * (unix(7)): then it is here that the close may sleep. */
	if (error < 0 && error != -ETOOMANYREFS) {
		log_line(LOG_ERROR, "the reaper is gone or cannot follow: %s", strerror(-error));
		exit(EXIT_FAILURE);
	}
	/* Else the message holds other references: this never sleeps. */
	close_all(fds, n);
}

void reaper_close(const struct netd *netd, const int *fds, size_t n)
{
	submit(netd, JOB_CLOSE, 0, fds, n);
}

void reaper_condemn(const struct netd *netd, const int *fds, size_t n, int ifindex)
{
	if (n > 0 || ifindex > 0)
		submit(netd, JOB_CONDEMN, ifindex, fds, n);
}

void reaper_settle(const struct netd *netd, int ifindex)
{
	submit(netd, JOB_SETTLE, ifindex, NULL, 0);
}

/* Wait for one job, then take what else is there. Returns the number, 0 at the end of the service.
 * */
static size_t take_jobs(int socket, struct job jobs[BATCH_MAX])
{
	size_t n = 0;

	while (n < BATCH_MAX) {
		struct job job = {0};
		int fds[FDPASS_MAX] = {0}, length = 0;
		size_t n_fds = 0;

		if (n > 0 && recv(socket, &job, sizeof(job), MSG_PEEK | MSG_DONTWAIT) <= 0)
			break;
		length = fdpass_receive(socket, &job, sizeof(job), fds, FDPASS_MAX, &n_fds);
		if (length != sizeof(job))
			break;
		memcpy(job.fds, fds, sizeof(fds));
		job.n = n_fds;
		jobs[n++] = job;
	}
	return n;
}

static void run(int socket)
{
	struct netlink *route = NULL;
	struct job jobs[BATCH_MAX] = {{.n = 0}};
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
