/* SPDX-License-Identifier: MIT
 * Unix sockets: connecting, and listening. */
#ifndef OWVM_LAUNCHER_BASE_SOCKET_H
#define OWVM_LAUNCHER_BASE_SOCKET_H

/* Connect to the socket at path; type is SOCK_STREAM or SOCK_SEQPACKET, maybe with SOCK_NONBLOCK.
 * timeout_ms bounds connecting, sending and receiving, each: then they fail with EAGAIN; 0: no
 * bound. Returns the fd (close-on-exec), or -errno. */
int socket_connect(const char *path, int type, int timeout_ms);

/* Make a stream socket at path, which does not listen yet; a socket that is there is removed
 * before. Returns the fd (close-on-exec), or -errno. */
int socket_bind(const char *path);

/* Let it listen: who connects sees the process that called this as his peer (SO_PEERCRED). Returns
 * 0 or -errno. */
int socket_listen(int socket);

/* Set those bounds on a socket. Returns 0 or -errno. */
int socket_set_timeout(int socket, int timeout_ms);

#endif
