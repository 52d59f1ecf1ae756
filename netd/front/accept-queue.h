/* SPDX-License-Identifier: MIT
 * Where clients are met: accepted, made to wait, served in turn, shown out.
 *
 * Accepting is cheap and comes first, so that no user's connections hide another's in the backlog;
 * serving goes round between users, one request at a time, and only while the back has taken the
 * order before: so a request waits for no more than one of each other user, however many they send.
 * Who is silent waits in a place of its own kind, a few of each user, and for a short time. */
#ifndef OWVM_NETD_FRONT_ACCEPT_QUEUE_H
#define OWVM_NETD_FRONT_ACCEPT_QUEUE_H

#include "netd/front/clients.h"
#include "netd/front/passed-fds.h"

struct front;

struct accept_queue {
	const struct front *front;
	int epoll; /* hears of the listener, and of clients that are silent */
	int listener;
	bool accepting;
	int64_t last; /* when a client came, ms of CLOCK_MONOTONIC */
	struct clients clients;
	struct passed_fds_bin bin;
};

void accept_queue_init(
	struct accept_queue *queue, const struct front *front, int epoll, int listener);

/* Accept clients that are in the backlog, a number of them at most. */
void accept_queue_accept(struct accept_queue *queue);

/* Something has come from a client that was silent. An fd that is no client's is ignored. */
void accept_queue_hear(struct accept_queue *queue, int fd);

/* Serve the client whose turn it is, if there is one. */
void accept_queue_serve(struct accept_queue *queue);

/* Is nobody here, and nothing left to close? */
bool accept_queue_empty(const struct accept_queue *queue);

/* Is there a client that could be served now? */
bool accept_queue_waits(const struct accept_queue *queue);

/* Show out who is late, and close what must be closed elsewhere; take up or give up accepting.
 * Returns 0 or -errno; *ret_wait: ms until this is due again, -1: never. */
int accept_queue_tidy(struct accept_queue *queue, int *ret_wait);

#endif
