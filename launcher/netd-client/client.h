/* SPDX-License-Identifier: MIT
 * The one way to owvm-netd: its socket, or its helper where no service listens.
 *
 * What comes back crosses a trust seam: anybody could have made the socket in a wrong set-up. The
 * reply's form, its fds and its text are checked here, once. */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_CLIENT_H
#define OWVM_LAUNCHER_NETD_CLIENT_CLIENT_H

#include "common/wire.h"
#include "launcher/netd-client/helper.h"

#define NETD_GROUP "owvm"

enum netd_kind {
	NETD_NONE,    /* neither */
	NETD_SERVICE, /* there is a socket, and it does not refuse connections */
	NETD_HELPER,  /* else, a program that may have a file capability */
};

struct netd_client {
	const char *socket;    /* path */
	const char *helper;    /* path; NULL: this build knows no helper */
	int timeout_ms;	       /* for each of connecting, sending and the answer */
	struct helper staying; /* see netd_client_stay(); pid 0: nothing */
};

/* What comes with a TAP that was granted: a tap fd for each queue, then vhost-net's, none or as
 * many. */
struct netd_fds {
	int fds[2 * WIRE_QUEUES_MAX];
	size_t taps, vhosts;
};

void netd_fds_close(struct netd_fds *fds);

#define OWNED_NETD_FDS __attribute__((cleanup(netd_fds_close))) struct netd_fds

/* The paths that were fixed when this was built. */
void netd_client_init(struct netd_client *ret_client);

/* Which of them there is. It connects to the socket, and says nothing there. */
enum netd_kind netd_client_find(const struct netd_client *client);

/* For a process that is about to leave its user namespace: let what it asks from there be answered
 * all the same, until netd_client_leave(). Returns 0, or -errno with a sentence. */
int netd_client_stay(struct netd_client *client, char **reterr_text);
void netd_client_leave(struct netd_client *client);

#define OWNED_NETD_CLIENT __attribute__((cleanup(netd_client_leave))) struct netd_client

/* Send the request to netd and receive the answer. A refusal is an answer. Returns 0 and fills
 * *ret_reply, and *ret_fds, which the caller owns (none unless it
 * is a TAP that was granted). Else -errno with a sentence: -ENOENT (no netd), -EACCES,
 * -ECONNREFUSED, -ETIMEDOUT, -EPIPE (no answer), -EPROTO and others. */
int netd_client_ask(const struct netd_client *client, const struct wire_request *request,
	struct wire_reply *ret_reply, struct netd_fds *ret_fds, char **reterr_text);

/* Why netd refused: its text, or where that is empty what the code means. */
const char *netd_client_reason(const struct wire_reply *reply);

/* Have the helper tidy up after a VM that ended: it does so on any request. Nothing where a service
 * is there, which does it on its own. */
void netd_client_sweep(const struct netd_client *client);

#endif
