/* SPDX-License-Identifier: MIT
 * What the watcher remembers: how often the kernel speaks of a link, and who is refused for a
 * while. */
#include "netd/front/watch-table.h"

#include <stddef.h>

/* The entry of a link; else one of which nothing has been heard for a while; else any. */
struct watch_link *watch_table_find(struct watch_table *table, int ifindex, int64_t now)
{
	struct watch_link *start = &table->links[(unsigned int)ifindex % WATCH_LINKS];

	for (unsigned int i = 0; i < WATCH_LINKS; i++) {
		struct watch_link *link = &table->links[((unsigned int)ifindex + i) % WATCH_LINKS];

		if (link->ifindex == ifindex)
			return link;
		if (link->ifindex == 0 || now - link->since >= WATCH_EVENTS_TIME) {
			*link = (struct watch_link){.ifindex = ifindex, .since = now};
			return link;
		}
	}
	*start = (struct watch_link){.ifindex = ifindex, .since = now};
	return start;
}

struct watch_link *watch_table_count(struct watch_table *table, int ifindex, int64_t now)
{
	struct watch_link *link = watch_table_find(table, ifindex, now);

	if (now - link->since >= WATCH_EVENTS_TIME) {
		link->since = now;
		link->events = 0;
	}
	link->events++;
	return link;
}

bool watch_table_floods(const struct watch_link *link)
{
	return link->events > WATCH_EVENTS_MAX;
}

/* The place of a user; else the one whose user has the least left of a refusal. */
static struct watch_user *place(struct watch_table *table, uint32_t uid)
{
	struct watch_user *place = &table->users[0];

	for (size_t i = 0; i < WATCH_USERS; i++) {
		struct watch_user *user = &table->users[i];

		if (user->uid == uid && user->since > 0)
			return user;
		if (user->until < place->until ||
			(user->until == place->until && user->since < place->since))
			place = user;
	}
	*place = (struct watch_user){.uid = uid};
	return place;
}

void watch_table_punish(struct watch_table *table, uint32_t uid, int64_t now)
{
	*place(table, uid) = (struct watch_user){
		.uid = uid, .until = now + WATCH_COOLDOWN, .misused = true, .since = now};
}

void watch_table_lose(struct watch_table *table, uint32_t uid, int64_t now)
{
	struct watch_user *user = place(table, uid);

	if (user->since == 0 || now - user->since >= WATCH_COOLDOWN)
		*user = (struct watch_user){.uid = uid, .since = now};
	user->lost++;
	if (user->lost > WATCH_LOST_MAX && user->until < user->since + WATCH_COOLDOWN)
		user->until = user->since + WATCH_COOLDOWN;
}

unsigned int watch_table_left(
	const struct watch_table *table, uint32_t uid, int64_t now, bool *ret_misused)
{
	for (size_t i = 0; i < WATCH_USERS; i++) {
		const struct watch_user *user = &table->users[i];

		*ret_misused = user->misused;
		if (user->uid == uid && user->until > now)
			return (unsigned int)((user->until - now + 999) / 1000);
	}
	return 0;
}
