/* SPDX-License-Identifier: MIT
 * The front: everything between a client and an order, without any capability.
 *
 * It loads the policy (names are looked up here, so that no NSS module ever runs with a
 * capability), decodes what clients send, asks the policy, and refuses by itself; what is
 * permitted goes to the back as an order. */
#ifndef OWVM_NETD_FRONT_FRONT_H
#define OWVM_NETD_FRONT_FRONT_H

struct events;
struct loglimit;
struct netlink;
struct policy;
struct policy_ranges;
struct port_table;
struct watch;

struct front {
	struct policy *policy;
	struct policy_ranges *ranges; /* NULL: they are not followed */
	struct netlink *route;	      /* for questions, which need no capability */
	int orders;		      /* to the back */
	struct watch *watch;	      /* NULL in the one-shot helper */
	struct events *events;	      /* of links; NULL in the one-shot helper */
	struct events *rules;	      /* likewise of nftables */
	struct port_table *ports;     /* hear_ports() brings it up to date */
	struct loglimit *limit;
	int notify;	   /* of notify_open(), negative: nobody is told */
	unsigned int idle; /* s without client and port after which it ends, 0: never */
};

#endif
