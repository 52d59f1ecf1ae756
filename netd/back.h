/* SPDX-License-Identifier: MIT
 * The back: carries out the front's orders with CAP_NET_ADMIN. */
#ifndef OWVM_NETD_BACK_H
#define OWVM_NETD_BACK_H

struct netd;

/* Hold back SIGTERM and SIGINT until back_run() can take them: they end netd in order from its very
 * start. */
void back_hold_signals(void);

/* Carry out orders until SIGTERM or SIGINT, or until the front ends. Returns 0 then,
 * also where the front ended badly; -EPIPE after the end of the reaper, which was logged; or
 * another -errno. */
int back_run(const struct netd *netd, int orders);

#endif
