/* SPDX-License-Identifier: MIT
 * The front: everything between a client and an order, without any capability.
 *
 * It loads the policy (names are looked up here, so that no NSS module ever runs with a
 * capability), decodes what clients send, asks the policy, and refuses by itself; what is
 * permitted goes to the back as an order. */
#ifndef OWVM_NETD_FRONT_FRONT_H
#define OWVM_NETD_FRONT_FRONT_H

struct arguments;
struct loglimit;
struct netlink;
struct policy;
struct watch;

struct front {
	struct policy *policy;
	struct netlink *route; /* for questions, which need no capability */
	int orders;	       /* to the back */
	struct watch *watch;   /* NULL in the one-shot helper */
	int events;	       /* of events_open(); -1 in the one-shot helper */
	struct loglimit *limit;
	int notify;	   /* of notify_open(), negative: nobody is told */
	unsigned int idle; /* s without client and port after which it ends, 0: never */
};

/* The whole life of a front process, `orders` being its end: open what clients come from, drop the
 * last capability, load the policy, then serve the listener until the back ends, or the one request
 * of the user with the real ids. Returns the exit status. */
int front_run(const struct arguments *arguments, int orders);

/* No file any more, but, with a path, to remove a socket in its directory, and no system call but
 * those of the filter. Returns 0 or -errno. */
int front_confine(const struct arguments *arguments);

#endif
