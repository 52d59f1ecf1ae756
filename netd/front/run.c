/* SPDX-License-Identifier: MIT
 * The life of a front process: it loses its last capability before it meets anything foreign. */
#include "netd/front/run.h"

#include <errno.h>
#include <libgen.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "netd/front/events.h"
#include "netd/front/front.h"
#include "netd/front/listen.h"
#include "netd/front/loglimit.h"
#include "netd/front/loop.h"
#include "netd/front/notify.h"
#include "netd/front/oneshot.h"
#include "netd/front/port-table.h"
#include "netd/kernel/netlink.h"
#include "netd/message/log.h"
#include "netd/start/arguments.h"
#include "netd/start/confine.h"
#include "netd/start/filter.h"
#include "netd/start/privilege.h"
#include "policy/policy-ranges.h"
#include "policy/policy.h"

static const struct policy_paths policy_paths = {
	.main = OWVM_POLICY_DIR "/policy.conf",
	.directory = OWVM_POLICY_DIR "/policy.d",
	.subuid = "/etc/subuid",
	.owner = 0,
};

static void log_errors(const struct policy *policy)
{
	char *text = NULL, *rest = NULL, *line = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	log_line(LOG_ERROR, "the policy is broken; nothing is permitted:");
	if (stream == NULL)
		return;
	policy_print_errors(policy, stream);
	if (fclose(stream) == 0)
		for (rest = text; (line = strsep(&rest, "\n")) != NULL && *line != '\0';)
			log_line(LOG_ERROR, "%s", line);
	free(text);
}

/* A broken policy is served all the same: every client is told why it is refused. */
static void tell_ready(const struct front *front)
{
	const char *broken_at = policy_broken_at(front->policy);
	char lines[512] = "READY=1\nSTATUS=serving";

	if (broken_at != NULL) {
		log_errors(front->policy);
		snprintf(lines, sizeof(lines),
			"READY=1\nSTATUS=the policy is broken: %s; nothing is permitted",
			broken_at);
	}
	notify_send(front->notify, lines);
}

static int complain(const char *what, int error)
{
	log_line(LOG_ERROR, "owvm-netd: %s: %s", what, strerror(-error));
	return EXIT_FAILURE;
}

int front_confine(const struct arguments *arguments)
{
	bool path = arguments->mode == ARGUMENTS_PATH, follows = arguments->mode != ARGUMENTS_FD;
	OWNED_MEMORY char *copy = strdup(path ? arguments->path : "");
	OWNED_MEMORY char *subuid = strdup(policy_paths.subuid);
	struct landlock_path places[2] = {{.access = LANDLOCK_ACCESS_FS_READ_FILE},
		{.access = LANDLOCK_ACCESS_FS_REMOVE_FILE}};
	int error = 0;

	if (copy == NULL || subuid == NULL)
		return -ENOMEM;
	/* The directory, as the file is replaced by others. */
	places[0].path = dirname(subuid);
	places[1].path = dirname(copy);
	error = landlock_restrict(places, path ? 2 : follows ? 1 : 0, CONFINE_SPARED);
	/* main() has said it where the kernel has no Landlock. */
	return error < 0 && error != -EOPNOTSUPP ? error : confine_calls(&filter_front);
}

/* Load the policy, and see to it that ranges of subordinate uids are followed where requests come
 * one after the other. */
static void load_policy(const struct arguments *arguments, struct front *front)
{
	if (arguments->mode == ARGUMENTS_FD || policy_ranges_open(front->ranges, &policy_paths) < 0)
		front->ranges = NULL;
	front->policy = policy_load(&policy_paths);
	if (policy_broken_at(front->policy) != NULL)
		front->ranges = NULL;
}

/* From here on without any capability. */
static int serve(const struct arguments *arguments, struct front *front,
	int (*run)(struct front *front, int fd), int fd)
{
	struct loglimit limit = {.others = {0}};
	struct policy_ranges ranges = {.directory = -1};
	int error = privilege_drop_all();

	front->limit = &limit;
	front->ranges = &ranges;
	if (error == 0 && arguments->mode == ARGUMENTS_FD && oneshot_refused(front, fd))
		return EXIT_SUCCESS;
	if (error == 0)
		error = netlink_open(NETLINK_ROUTE, &front->route);
	if (error == 0) {
		load_policy(arguments, front);
		error = front_confine(arguments);
		if (error == 0) {
			tell_ready(front);
			error = run(front, fd);
		}
		policy_free(front->policy);
	}
	policy_ranges_close(&ranges);
	front->ranges = NULL;
	front->limit = NULL;
	return error < 0 ? complain("the front stopped", error) : EXIT_SUCCESS;
}

/* The kernel makes it room for one order or two (SOCK_MIN_SNDBUF): what waits in front of it can
 * still be served in turn, what waits in it cannot. */
static void shorten_queue(int orders)
{
	const int least = 1;

	setsockopt(orders, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
}

static int serve_listener(const struct arguments *arguments, int orders)
{
	bool path = arguments->mode == ARGUMENTS_PATH;
	OWNED_FD listener = path ? listen_at(arguments->path) : listen_activated();
	OWNED_FD links = events_open(NETLINK_ROUTE, RTNLGRP_LINK);
	OWNED_FD tables = events_open(NETLINK_NETFILTER, NFNLGRP_NFTABLES);
	OWNED_FD notify = notify_open();
	struct events events = {.fd = links}, rules = {.fd = tables};
	struct port_table ports = {.n = 0};
	struct front front = {.orders = orders,
		.events = &events,
		.rules = &rules,
		.ports = &ports,
		.notify = notify,
		.idle = arguments->idle};
	int status = EXIT_SUCCESS;

	clearenv();
	if (listener == -ENOENT && !path)
		return complain("no socket: neither '--listen PATH' nor LISTEN_FDS", listener);
	if (listener < 0)
		return complain(path ? arguments->path
				     : "LISTEN_FDS: not one listening Unix socket of type "
				       "SOCK_SEQPACKET for this process",
			listener);
	if (links < 0)
		return complain("cannot hear of links", links);
	if (tables < 0)
		return complain("cannot hear of nftables", tables);
	shorten_queue(orders);
	status = serve(arguments, &front, loop_run, listener);
	port_table_free(&ports);
	if (path)
		unlink(arguments->path);
	return status;
}

static int serve_client(const struct arguments *arguments, int orders)
{
	int client = arguments->fd;
	struct port_table ports = {.n = 0};
	struct front front = {.orders = orders, .ports = &ports, .notify = -1};
	int error = listen_check_connected(client);

	clearenv();
	if (error < 0)
		return complain("--fd: not a connected Unix socket of type SOCK_SEQPACKET", error);
	error = serve(arguments, &front, oneshot_run, client);
	port_table_free(&ports);
	return error;
}

int front_run(const struct arguments *arguments, int orders)
{
	if (arguments->mode == ARGUMENTS_FD)
		return serve_client(arguments, orders);
	return serve_listener(arguments, orders);
}
