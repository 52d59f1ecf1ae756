/* SPDX-License-Identifier: MIT
 * The seccomp filters. The build makes them (seccomp/generate.c): building one at each start would
 * cost more than all the rest of the start. */
#ifndef OWVM_NETD_START_FILTER_H
#define OWVM_NETD_START_FILTER_H

#include <linux/filter.h>

struct filter {
	const struct sock_filter *code;
	unsigned short length;
};

/* What the back and the reaper do once their netlink sockets are open. */
extern const struct filter filter_back;
/* What the front does once it has the policy. */
extern const struct filter filter_front;

#endif
