/* SPDX-License-Identifier: MIT
 * Changes of links and of nftables, as the kernel announces them. */
#ifndef OWVM_NETD_FRONT_EVENTS_H
#define OWVM_NETD_FRONT_EVENTS_H

struct nlmsghdr;

/* A non-blocking socket that hears of a group of a netlink protocol (rtnetlink: RTNLGRP_LINK;
 * nfnetlink: NFNLGRP_NFTABLES, which takes CAP_NET_ADMIN, as does a queue of full size). Returns
 * the fd or -errno. */
int events_open(int protocol, unsigned int group);

typedef void events_handler(struct nlmsghdr *header, void *context);

/* Read announcements that are there, some at most, so that a flood of them lets the caller see to
 * other things. Returns 0; -ENOBUFS: some were lost, anything may have changed; another -errno. */
int events_read(int fd, events_handler *handler, void *context);

#endif
