/* SPDX-License-Identifier: MIT
 * How many lines of the log one user may cause. */
#include "netd/front/loglimit.h"

#include <stddef.h>

static const unsigned int limits[LOGLIMIT_KINDS] = {
	[LOGLIMIT_REFUSAL] = LOGLIMIT_REFUSALS,
	[LOGLIMIT_ORDER] = LOGLIMIT_ORDERS,
};

static bool over(const struct loglimit_user *user, int64_t now)
{
	return user->since > 0 && now - user->since >= LOGLIMIT_TIME;
}

/* The place of a user: his own, else a free one, or one whose time is over and that has nothing to
 * say. */
static struct loglimit_user *find(struct loglimit *limit, uint32_t uid, int64_t now)
{
	struct loglimit_user *place = NULL;

	for (size_t i = 0; i < LOGLIMIT_USERS && uid != LOGLIMIT_OTHERS; i++) {
		struct loglimit_user *user = &limit->users[i];

		if (user->since > 0 && user->uid == uid)
			return user;
		if (user->since == 0 || (over(user, now) && user->missed == 0))
			place = user;
	}
	if (place == NULL) {
		place = &limit->others;
		uid = LOGLIMIT_OTHERS;
		if (place->since > 0 && !(over(place, now) && place->missed == 0))
			return place;
	}
	*place = (struct loglimit_user){.uid = uid, .since = now};
	return place;
}

bool loglimit_take(struct loglimit *limit, uint32_t uid, enum loglimit_kind kind, int64_t now)
{
	struct loglimit_user *user = find(limit, uid, now);

	if (over(user, now) && user->missed == 0)
		*user = (struct loglimit_user){.uid = user->uid, .since = now};
	if (user->lines[kind] >= limits[kind]) {
		user->missed++;
		return false;
	}
	user->lines[kind]++;
	return true;
}

static bool has_ended(const struct loglimit_user *user, int64_t now)
{
	return over(user, now) && user->missed > 0;
}

static bool end(struct loglimit_user *user, uint32_t *ret_uid, unsigned int *ret_missed)
{
	*ret_uid = user->uid;
	*ret_missed = user->missed;
	*user = (struct loglimit_user){.uid = 0};
	return true;
}

bool loglimit_end(struct loglimit *limit, int64_t now, uint32_t *ret_uid, unsigned int *ret_missed)
{
	for (size_t i = 0; i < LOGLIMIT_USERS; i++)
		if (has_ended(&limit->users[i], now))
			return end(&limit->users[i], ret_uid, ret_missed);
	return has_ended(&limit->others, now) && end(&limit->others, ret_uid, ret_missed);
}

static int sooner(const struct loglimit_user *user, int64_t now, int wait)
{
	int64_t left = user->since + LOGLIMIT_TIME - now;

	if (user->missed == 0)
		return wait;
	if (left < 0)
		left = 0;
	return wait < 0 || left < wait ? (int)left : wait;
}

int loglimit_wait(const struct loglimit *limit, int64_t now)
{
	int wait = sooner(&limit->others, now, -1);

	for (size_t i = 0; i < LOGLIMIT_USERS; i++)
		wait = sooner(&limit->users[i], now, wait);
	return wait;
}
