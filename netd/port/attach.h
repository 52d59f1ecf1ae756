/* SPDX-License-Identifier: MIT
 * Attaching a new port to its bridge. */
#ifndef OWVM_NETD_PORT_ATTACH_H
#define OWVM_NETD_PORT_ATTACH_H

struct making;

/* Get the bridge ready, making it where it is missing, and arm and guard the port on it. The front
 * has looked at the bridge before and refused at length what it saw; what is refused here happened
 * meanwhile. Returns 0; -ENODEV: there is no bridge; -EPROTOTYPE: it is none; or -errno of
 * arm_apply(). */
int attach_run(struct making *making);

#endif
