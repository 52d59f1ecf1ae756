/* SPDX-License-Identifier: MIT
 * What a port may have become, and whether that proves that its holder did it. Pure. */
#ifndef OWVM_NETD_FRONT_WATCH_DRIFT_H
#define OWVM_NETD_FRONT_WATCH_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

struct alias;
struct link;

#define WATCH_DRIFT_SIZE 128

enum watch_drift {
	WATCH_NONE,
	WATCH_PERSISTENT,
	WATCH_MAC,
	WATCH_OWNER,
	WATCH_QUEUES,
	WATCH_BRIDGE, /* moved to another bridge: this takes an administrator */
	WATCH_EVENTS,
};

/* What is not as the alias says, as far as the link alone tells (not WATCH_BRIDGE, WATCH_EVENTS).
 * `owner` is the uid that taps belong to. */
enum watch_drift watch_drift_judge(
	const struct link *link, const struct alias *alias, uint32_t owner);

/* Could nobody but the holder of the tap have done it? What an ioctl of the tap alone changes, with
 * one queue: nobody else gets an fd of it then (TUNSETIFF gives EBUSY). Whoever has CAP_NET_ADMIN
 * can set an address by rtnetlink, cause announcements, and open a further queue. */
bool watch_drift_proves(enum watch_drift drift, const struct link *link);

/* The drift in words, behind the name of the port. */
void watch_drift_describe(enum watch_drift drift, const struct link *link,
	const struct alias *alias, char ret_text[WATCH_DRIFT_SIZE]);

#endif
