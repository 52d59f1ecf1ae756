/* SPDX-License-Identifier: MIT
 * Giving up what is not needed. */
#ifndef OWVM_NETD_START_PRIVILEGE_H
#define OWVM_NETD_START_PRIVILEGE_H

/* Keep CAP_NET_ADMIN, permitted and effective, and drop every other capability, the inheritable
 * and the ambient ones included. Returns 0; -EPERM: it was never there; another -errno. */
int privilege_keep_net_admin(void);

/* Drop every capability, for good. Returns 0 or -errno. */
int privilege_drop_all(void);

/* No tracing, no core dump, no new privileges through exec. Returns 0 or -errno. */
int privilege_lock(void);

#endif
