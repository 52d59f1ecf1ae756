/* SPDX-License-Identifier: MIT
 * What the watcher remembers: how often the kernel speaks of a link, and who is refused for a
 * while, or has lost many ports. Pure; lost at a restart, which costs nothing but a cool-down. */
#ifndef OWVM_NETD_FRONT_WATCH_TABLE_H
#define OWVM_NETD_FRONT_WATCH_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define WATCH_EVENTS_MAX 200   /* announcements of one link in WATCH_EVENTS_TIME */
#define WATCH_EVENTS_TIME 1000 /* ms */
#define WATCH_LINKS 1024
#define WATCH_COOLDOWN 60000 /* ms that a user is refused after a misuse */
/* Ports that one user may lose in that time before he has to wait for the next one: a holder who
 * changes the address of one after the other takes frames of others for an instant each time. */
#define WATCH_LOST_MAX 16
#define WATCH_USERS 64

struct watch_link {
	int ifindex; /* 0: nothing is known */
	unsigned int events;
	int64_t since;	/* ms of CLOCK_MONOTONIC */
	bool condemned; /* the caller's own notes */
	int master;	/* the bridge that the link may be on; 0: not asked */
};

struct watch_user {
	uint32_t uid;
	int64_t until;	   /* ms of CLOCK_MONOTONIC; 0: free */
	bool misused;	   /* why */
	int64_t since;	   /* since when ports are counted, ms; 0: the place is free */
	unsigned int lost; /* ports since then */
};

/* Start with {0}. */
struct watch_table {
	struct watch_link links[WATCH_LINKS];
	struct watch_user users[WATCH_USERS];
};

/* Count an announcement of a link. Returns its entry, in which the caller's own notes are
 * kept for as long as the link is spoken of. */
struct watch_link *watch_table_count(struct watch_table *table, int ifindex, int64_t now);

/* The same without counting. */
struct watch_link *watch_table_find(struct watch_table *table, int ifindex, int64_t now);

/* Are there too many announcements of it? */
bool watch_table_floods(const struct watch_link *link);

/* Refuse this user from now on for a while; where the table is full, whoever has waited longest is
 * let go. */
void watch_table_punish(struct watch_table *table, uint32_t uid, int64_t now);

/* This user lost a port, which others may have caused; after too many within a while he waits for
 * the rest of it. */
void watch_table_lose(struct watch_table *table, uint32_t uid, int64_t now);

/* For how many seconds more is this user refused? 0: he is not. *ret_misused: after a misuse. */
unsigned int watch_table_left(
	const struct watch_table *table, uint32_t uid, int64_t now, bool *ret_misused);

#endif
