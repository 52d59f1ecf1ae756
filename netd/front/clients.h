/* SPDX-License-Identifier: MIT
 * Clients that wait: for their turn, or, silent, for their own request.
 *
 * Turns are fair between users: a user's second waiting request has its turn when everybody's
 * first was served, however many there are of one user. */
#ifndef OWVM_NETD_FRONT_CLIENTS_H
#define OWVM_NETD_FRONT_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netd/front/peer.h"

#define CLIENTS_MAX 1024
#define CLIENTS_PER_UID 128	  /* more than a user may have ports */
#define CLIENTS_SILENT_PER_UID 32 /* also between a connect() and the send() behind it */
#define CLIENTS_TIME 2000	  /* ms that a client has for its request */

struct client {
	int fd; /* -1: the place is free */
	struct peer peer;
	bool silent;	  /* its request has not come */
	bool may_pass;	  /* its messages may bring fds (passed-fds.h) */
	int64_t deadline; /* of a silent one, ms of CLOCK_MONOTONIC */
	uint64_t turn;	  /* of one that is not silent: the lowest is served first */
};

struct clients {
	struct client places[CLIENTS_MAX];
	size_t top; /* behind it all places are free */
	uint64_t turn;
};

int64_t clients_now(void); /* ms of CLOCK_MONOTONIC */

void clients_init(struct clients *clients);

/* Has this user as many clients as he may have, or as many silent ones? */
bool clients_crowded(const struct clients *clients, uint32_t uid, bool silent);

/* Give the client a place, which takes what it owns: the table must not be full. */
void clients_enter(struct clients *clients, struct client *client);

bool clients_full(const struct clients *clients);

struct client *clients_find(struct clients *clients, int fd);

/* Its request has come. */
void clients_wake(struct clients *clients, struct client *client);

/* Is there anybody who is not silent? */
bool clients_waiting(const struct clients *clients);

/* Who is to be served next; NULL: all are silent. */
struct client *clients_next(struct clients *clients);

/* A silent client whose time is over, or NULL. */
struct client *clients_late(struct clients *clients, int64_t now);

/* ms until the next deadline, -1 if nobody is silent. */
int clients_wait(const struct clients *clients, int64_t now);

/* Close the connection, unless its fd was taken (-1), and free the place. */
void clients_drop(struct client *client);

/* Is nobody here? */
bool clients_none(const struct clients *clients);

#endif
