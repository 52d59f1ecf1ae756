/* SPDX-License-Identifier: MIT
 * Clients that wait: for their turn, or, silent, for their own request. */
#include "netd/front/clients.h"

#include <assert.h>
#include <time.h>

#include "common/cleanup.h"

int64_t clients_now(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clients_init(struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		clients->places[i] = (struct client){.fd = -1};
	clients->top = 0;
	clients->turn = 0;
}

/* The first free place; CLIENTS_MAX: there is none. */
static size_t find_free(const struct clients *clients)
{
	for (size_t i = 0; i < clients->top; i++)
		if (clients->places[i].fd < 0)
			return i;
	return clients->top;
}

/* How many of this user are here; silent ones only, or all. */
static unsigned int count(const struct clients *clients, uint32_t uid, bool silent)
{
	unsigned int n = 0;

	for (size_t i = 0; i < clients->top; i++) {
		const struct client *client = &clients->places[i];

		if (client->fd >= 0 && client->peer.uid == uid && (client->silent || !silent))
			n++;
	}
	return n;
}

bool clients_crowded(const struct clients *clients, uint32_t uid, bool silent)
{
	return count(clients, uid, false) >= CLIENTS_PER_UID ||
	       (silent && count(clients, uid, true) >= CLIENTS_SILENT_PER_UID);
}

void clients_enter(struct clients *clients, struct client *client)
{
	struct client *place = NULL;

	while (clients->top > 0 && clients->places[clients->top - 1].fd < 0)
		clients->top--;
	assert(!clients_full(clients));
	place = &clients->places[find_free(clients)];
	if (place == &clients->places[clients->top])
		clients->top++;
	*place = *client;
	if (!place->silent)
		clients_wake(clients, place);
	*client = (struct client){.fd = -1};
}

bool clients_full(const struct clients *clients)
{
	return find_free(clients) == CLIENTS_MAX;
}

struct client *clients_find(struct clients *clients, int fd)
{
	for (size_t i = 0; i < clients->top; i++)
		if (clients->places[i].fd == fd)
			return &clients->places[i];
	return NULL;
}

/* Start-time fair queueing, each request being worth one turn: behind the last of the same user,
 * but never before what is served now. */
void clients_wake(struct clients *clients, struct client *woken)
{
	uint64_t turn = clients->turn;

	for (size_t i = 0; i < clients->top; i++) {
		const struct client *client = &clients->places[i];

		if (client->fd >= 0 && client != woken && !client->silent &&
			client->peer.uid == woken->peer.uid && client->turn >= turn)
			turn = client->turn + 1;
	}
	woken->silent = false;
	woken->turn = turn;
}

bool clients_waiting(const struct clients *clients)
{
	for (size_t i = 0; i < clients->top; i++)
		if (clients->places[i].fd >= 0 && !clients->places[i].silent)
			return true;
	return false;
}

struct client *clients_next(struct clients *clients)
{
	struct client *next = NULL;

	for (size_t i = 0; i < clients->top; i++) {
		struct client *client = &clients->places[i];

		if (client->fd >= 0 && !client->silent &&
			(next == NULL || client->turn < next->turn))
			next = client;
	}
	if (next != NULL)
		clients->turn = next->turn + 1;
	return next;
}

struct client *clients_late(struct clients *clients, int64_t now)
{
	for (size_t i = 0; i < clients->top; i++) {
		struct client *client = &clients->places[i];

		if (client->fd >= 0 && client->silent && client->deadline <= now)
			return client;
	}
	return NULL;
}

int clients_wait(const struct clients *clients, int64_t now)
{
	int wait = -1;

	for (size_t i = 0; i < clients->top; i++) {
		const struct client *client = &clients->places[i];
		int64_t left = client->deadline > now ? client->deadline - now : 0;

		if (client->fd >= 0 && client->silent && (wait < 0 || left < wait))
			wait = (int)left;
	}
	return wait;
}

void clients_drop(struct client *client)
{
	cleanup_close(&client->fd);
	peer_free(&client->peer);
}

bool clients_none(const struct clients *clients)
{
	for (size_t i = 0; i < clients->top; i++)
		if (clients->places[i].fd >= 0)
			return false;
	return true;
}
