/* SPDX-License-Identifier: MIT
 * What the kernel says of nftables: is netd's table still there? */
#ifndef OWVM_NETD_FRONT_RULES_H
#define OWVM_NETD_FRONT_RULES_H

struct nlmsghdr;

/* Take one announcement (an events_handler); `lost` is a bool that becomes true when it tells that
 * netd's table was removed, and false when netd has just made one its own. */
void rules_take(struct nlmsghdr *header, void *lost);

#endif
