/* SPDX-License-Identifier: MIT
 * Arming a port: all its settings in one netlink batch, then the read-back. */
#ifndef OWVM_NETD_PORT_ARM_H
#define OWVM_NETD_PORT_ARM_H

struct making;

/* Send all settings: MTU, host-side MAC, no IPv6 addresses; onto the bridge, with the static fdb
 * entry (not for a port that learns); a bridge of netd's up; up, with the port flags LOCKED,
 * LEARNING, GUARD, ROOT_BLOCK, ISOLATED. The tap comes last, with the alias: a tap that bears one
 * is a port with all its settings. Returns 0; -EEXIST: the bridge has the guest's MAC on another
 * port; -EXFULL: it cannot bear another one; or another -errno. */
int arm_apply(const struct making *making);

/* Does the kernel have it all? An old kernel acknowledges what it does not know. Returns the name
 * of the first setting that differs, NULL if none. */
const char *arm_differs(const struct making *making);

#endif
