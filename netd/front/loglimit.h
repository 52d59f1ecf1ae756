/* SPDX-License-Identifier: MIT
 * How many lines of the log one user may cause.
 *
 * Requests are free, lines are not: they would fill the disk, or have the log daemon drop the lines
 * that concern others. What is over the limit is counted, and one line says how many there were.
 * Pure. */
#ifndef OWVM_NETD_FRONT_LOGLIMIT_H
#define OWVM_NETD_FRONT_LOGLIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LOGLIMIT_TIME 10000 /* ms from a user's first line until he may cause as many again */
#define LOGLIMIT_REFUSALS 20
#define LOGLIMIT_ORDERS 200 /* lines of the back, which must show who got what */
#define LOGLIMIT_USERS 64
/* All that have no place of their own: subordinate uids, of which a user has very many, and who
 * comes while there are no places. */
#define LOGLIMIT_OTHERS UINT32_MAX

enum loglimit_kind { LOGLIMIT_REFUSAL, LOGLIMIT_ORDER, LOGLIMIT_KINDS };

struct loglimit_user {
	uint32_t uid;
	int64_t since; /* ms of CLOCK_MONOTONIC; 0: the place is free */
	unsigned int lines[LOGLIMIT_KINDS];
	unsigned int missed;
};

/* Start with {0}. */
struct loglimit {
	struct loglimit_user users[LOGLIMIT_USERS];
	struct loglimit_user others;
};

/* May a line of this kind about this user be written? If not, it is counted. */
bool loglimit_take(struct loglimit *limit, uint32_t uid, enum loglimit_kind kind, int64_t now);

/* Free a place whose time is over. Returns false where there is none, or how many lines were not
 * written, and whose they were. */
bool loglimit_end(struct loglimit *limit, int64_t now, uint32_t *ret_uid, unsigned int *ret_missed);

/* ms until loglimit_end() has something to say, -1: never. */
int loglimit_wait(const struct loglimit *limit, int64_t now);

#endif
