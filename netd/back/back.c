/* SPDX-License-Identifier: MIT
 * The back: carries out the front's orders with CAP_NET_ADMIN.
 *
 * It never reads from a client: the front has decoded the request and asked the policy. What the
 * client gets, its socket that came with the order, it gets from here, without another hop. */
#include "netd/back/back.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "common/wire.h"
#include "netd/back/keep.h"
#include "netd/back/reaper.h"
#include "netd/kernel/tun.h"
#include "netd/message/log.h"
#include "netd/message/order.h"
#include "netd/message/reply.h"
#include "netd/port/making.h"
#include "netd/port/netd.h"
#include "netd/port/port.h"

/* Whoever sees a tap with several queues appear may attach to it before it has its owner. */
#define TRIES 10

static int send_reply(int client, const struct wire_reply *reply, const struct tap *tap)
{
	uint8_t data[WIRE_REPLY_SIZE] = {0};

	wire_encode_tap_reply(reply, data);
	return fdpass_send(client, data, sizeof(data), tap->fds, tap->n);
}

/* Take away what port_make() could not finish. */
static void abandon(struct making *making)
{
	const struct netd *netd = making->netd;
	/* Others may have attached to a tap that failed half-way: it goes by ifindex. The bridge
	 * may have been made for this port. Without a reaper this is the user's own process: it
	 * settles his own bridges at its end, and leaves those of others alone. */
	const struct reaper_job job = {
		.tap = making->tap, .bridge = netd->reaper >= 0 ? making->bridge.ifindex : 0};

	reaper_take(netd, &job);
	*making = (struct making){.netd = netd, .order = making->order};
}

static bool try(struct making *making, int client, struct wire_reply *reply)
{
	int error = -EAGAIN;

	for (int i = 0; i < TRIES && error == -EAGAIN; i++) {
		error = port_make(making, client, reply);
		if (error < 0)
			abandon(making);
	}
	return error == 0;
}

static void make_port(const struct netd *netd, const struct order *order, int client)
{
	struct wire_reply reply = {.operation = order->queues == 0 ? WIRE_CLIENT : WIRE_TAP};
	struct making making = {.netd = netd, .order = order};
	enum log_priority priority = order->quiet ? LOG_NEVER : LOG_INFO;
	bool made = try(&making, client, &reply);
	struct reaper_job job = {.tap = making.tap};
	/* The client does not wait for the log. */
	int error = send_reply(client, &reply, &job.tap);

	if (!made) {
		log_line(priority, "uid %u refused: %s", order->uid, reply.text);
		return;
	}
	log_line(priority, "uid %u has port '%s' on bridge '%s' by %s", order->uid,
		reply.tap.interface, order->bridge, order->rule);
	/* A client that has left, or takes nothing, gets no port: many of them go at the price of
	 * one, while closing the last fd of each would take its time. */
	if (error == 0)
		job.tap.ifindex = 0;
	else
		log_line(priority, "uid %u did not take port '%s': %s", order->uid,
			reply.tap.interface, strerror(-error));
	reaper_take(netd, &job);
	/* unix(7): netd's uid has too many fds in flight; words still get through. */
	if (error == -ETOOMANYREFS) {
		reply_refuse(&reply, CODE_BUSY, REPLY_BUSY);
		send_reply(client, &reply, &(struct tap){.n = 0});
	}
}

/* Returns 1, 0 when the front has ended, or -errno. */
static int carry_out(const struct netd *netd, int orders)
{
	struct order order = {.ifindex = 0};
	OWNED_FD client = -1;
	int result = order_receive(orders, &order, &client);

	if (result <= 0)
		return result;
	switch (order.kind) {
	case ORDER_PORT:
		make_port(netd, &order, client);
		break;
	case ORDER_SETTLE:
		keep_settle(netd, &order);
		break;
	case ORDER_SWEEP:
		keep_sweep(netd);
		break;
	case ORDER_DETACH:
	case ORDER_STRAY:
		keep_detach(netd, order.ifindex, order.kind == ORDER_STRAY);
		break;
	case ORDER_GUARD:
		keep_guard(netd, &order);
		break;
	case ORDER_CLEAR:
		tun_remove_unheld(order.bridge, order.queues);
		break;
	}
	return 1;
}

static sigset_t ending_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void back_hold_signals(void)
{
	sigset_t set = ending_signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
}

int back_run(const struct netd *netd, int orders)
{
	sigset_t set = ending_signals();
	OWNED_FD signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	struct pollfd sources[] = {
		{.fd = orders, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
		{.fd = netd->reaper, .events = POLLIN},
	};

	if (signals < 0)
		return -errno;
	if (netd->reaper >= 0 && keep_own(netd) < 0)
		return -EPERM;
	for (;;) {
		int result = 0;

		if (TEMP_FAILURE_RETRY(poll(sources, sizeof(sources) / sizeof(*sources), -1)) < 0)
			return -errno;
		if (sources[1].revents != 0)
			return 0;
		if (sources[2].revents != 0) {
			log_line(LOG_ERROR, "the reaper has ended");
			return -EPIPE;
		}
		if (sources[0].revents == 0)
			continue;
		result = carry_out(netd, orders);
		if (result <= 0)
			return result;
	}
}
