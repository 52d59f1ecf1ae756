/* SPDX-License-Identifier: MIT
 * Clients that have connected but not yet sent their request. */
#ifndef OWVM_NETD_FRONT_CLIENTS_H
#define OWVM_NETD_FRONT_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "netd/front/peer.h"

#define CLIENTS_MAX 64
#define CLIENTS_PER_UID 8
#define CLIENTS_TIME 2000 /* ms that a client has for its request */

struct client {
	int fd; /* -1: the place is free */
	struct peer peer;
	int64_t deadline; /* ms of CLOCK_MONOTONIC */
};

struct clients {
	struct client places[CLIENTS_MAX];
};

int64_t clients_now(void); /* ms of CLOCK_MONOTONIC */

void clients_init(struct clients *clients);

/* A free place for one more client of this uid, or NULL. */
struct client *clients_place(struct clients *clients, uint32_t uid);

bool clients_full(const struct clients *clients);

struct client *clients_find(struct clients *clients, int fd);

/* Close the connection and free the place. */
void clients_drop(struct client *client);

/* Drop everybody whose time is over. Returns ms until the next deadline, -1 if nobody waits. */
int clients_expire(struct clients *clients);

#endif
