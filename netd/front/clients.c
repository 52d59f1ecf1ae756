/* SPDX-License-Identifier: MIT
 * Clients that have connected but not yet sent their request. */
#include "netd/front/clients.h"

#include <stddef.h>
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
}

struct client *clients_place(struct clients *clients, uint32_t uid)
{
	struct client *place = NULL;
	unsigned int same = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->places[i];

		if (client->fd < 0)
			place = client;
		else if (client->peer.uid == uid)
			same++;
	}
	return same < CLIENTS_PER_UID ? place : NULL;
}

bool clients_full(const struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->places[i].fd < 0)
			return false;
	return true;
}

struct client *clients_find(struct clients *clients, int fd)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->places[i].fd == fd)
			return &clients->places[i];
	return NULL;
}

void clients_drop(struct client *client)
{
	cleanup_close(&client->fd);
	peer_free(&client->peer);
}

int clients_expire(struct clients *clients)
{
	int64_t now = clients_now();
	int wait = -1;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->places[i];

		if (client->fd < 0)
			continue;
		if (client->deadline <= now)
			clients_drop(client);
		else if (wait < 0 || client->deadline - now < wait)
			wait = (int)(client->deadline - now);
	}
	return wait;
}
