/* SPDX-License-Identifier: MIT
 * What a port may have become. Pure. */
#ifndef OWVM_NETD_FRONT_WATCH_DRIFT_H
#define OWVM_NETD_FRONT_WATCH_DRIFT_H

struct alias;
struct link;

#define WATCH_DRIFT_SIZE 128

enum watch_drift {
	WATCH_NONE,
	WATCH_PERSISTENT,
	WATCH_MAC,
	WATCH_QUEUES,
	WATCH_BRIDGE, /* moved to another bridge: this takes an administrator */
	WATCH_EVENTS,
};

/* What is not as the alias says, as far as the tap alone tells (not WATCH_BRIDGE, WATCH_EVENTS):
 * behind a cable nothing but WATCH_PERSISTENT. */
enum watch_drift watch_drift_judge(const struct link *tap, const struct alias *alias);

/* The drift in words, behind the name of the port. */
void watch_drift_describe(enum watch_drift drift, const struct link *link,
	const struct alias *alias, char ret_text[WATCH_DRIFT_SIZE]);

#endif
