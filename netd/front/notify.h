/* SPDX-License-Identifier: MIT
 * Telling the init system how the service is: sd_notify(3), by hand.
 *
 * The front does it, not the process that the init system started: it is the one that knows, and
 * what runs with the capability needs no code for it. The unit says NotifyAccess=all for that; a
 * front that is in foreign hands could then lie about the state of owvm-netd, and nothing else. */
#ifndef OWVM_NETD_FRONT_NOTIFY_H
#define OWVM_NETD_FRONT_NOTIFY_H

/* A socket to whom NOTIFY_SOCKET names, a path or "@" and an abstract name. Returns the fd, -ENOENT
 * where it is not set, or -errno. */
int notify_open(void);

/* Send lines like "READY=1"; nothing where fd is negative. Returns 0 or -errno, of which nobody
 * needs to make anything. */
int notify_send(int fd, const char *lines);

#endif
