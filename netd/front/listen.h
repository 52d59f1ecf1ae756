/* SPDX-License-Identifier: MIT
 * Where the socket comes from: systemd's protocol, a path, or the launcher's socketpair. */
#ifndef OWVM_NETD_FRONT_LISTEN_H
#define OWVM_NETD_FRONT_LISTEN_H

#include <stdbool.h>

/* The listener of socket activation (sd_listen_fds(3)): exactly one, a listening Unix socket of
 * type SOCK_SEQPACKET. Returns the fd (non-blocking, close-on-exec), -ENOENT when the environment
 * names none, -EINVAL when what is there is something else. For the process that LISTEN_PID
 * names, or its child. */
int listen_activated(void);

/* Make a listener at path, mode 0660, in the group of this process. A socket on which nobody
 * listens any more is replaced. Returns the fd or -errno; -EADDRINUSE: somebody listens. */
int listen_at(const char *path);

/* Can nobody be behind the socket at path: is there none, or does it refuse connections? It does so
 * only when it was left over (unix_stream_connect() of the kernel): the listener is closed, or
 * never listened. One whose queue is full, or whose netd is being started again by an init system
 * that keeps the listener, has a connection wait. No other error counts, as a client can cause some
 * (its limit of fds, say). */
bool listen_nobody_at(const char *path);

/* Is fd a connected Unix socket of type SOCK_SEQPACKET? 0 or -errno. */
int listen_check_connected(int fd);

#endif
