/* SPDX-License-Identifier: MIT
 * The back: carries out the front's orders with CAP_NET_ADMIN.
 *
 * This room is what happens between an order and its end: back.h, then reaper.h, to which goes what
 * sleeps, and keep.h, what is there already. It uses all rooms below it (kernel, start,
 * message, port); the reaper is here and not in port/ because it outlives the port that it removes
 * and settles the bridge that it leaves. */
#ifndef OWVM_NETD_BACK_BACK_H
#define OWVM_NETD_BACK_BACK_H

struct netd;

/* Hold back SIGTERM and SIGINT until back_run() can take them: they end netd in order from its very
 * start. */
void back_hold_signals(void);

/* Carry out orders until SIGTERM or SIGINT, or until the front ends. Returns 0 then,
 * also where the front ended badly; -EPIPE after the end of the reaper, which was logged;
 * -EPERM: another netd serves this network namespace; or another -errno. */
int back_run(const struct netd *netd, int orders);

#endif
