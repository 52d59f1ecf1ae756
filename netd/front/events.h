/* SPDX-License-Identifier: MIT
 * Changes of links and of nftables, as the kernel announces them. */
#ifndef OWVM_NETD_FRONT_EVENTS_H
#define OWVM_NETD_FRONT_EVENTS_H

#include <stdbool.h>

struct nlmsghdr;

/* Turns of events_read() in which all is read that there was before the first. */
#define EVENTS_TURNS 64

struct events {
	int fd; /* of events_open() */
	/* Some were lost, and anything may have changed: who has looked at all sets it back. */
	bool missed;
	/* So many more are read before the loss is known to be over; 0: it is. */
	unsigned int losing;
};

/* A non-blocking socket that hears of a group of a netlink protocol (rtnetlink: RTNLGRP_LINK;
 * nfnetlink: NFNLGRP_NFTABLES, which takes CAP_NET_ADMIN, as does a queue of full size). Returns
 * the fd or -errno. */
int events_open(int protocol, unsigned int group);

typedef void events_handler(struct nlmsghdr *header, void *context);

/* Read announcements that are there, some at most, so that a flood of them lets the caller see to
 * other things. Returns 0: there are no more; 1: there may be; or -errno. */
int events_read(struct events *events, events_handler *handler, void *context);

#endif
