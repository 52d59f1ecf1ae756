/* SPDX-License-Identifier: MIT
 * One message with file descriptors over a Unix socket (unix(7), SCM_RIGHTS). */
#ifndef OWVM_COMMON_FDPASS_H
#define OWVM_COMMON_FDPASS_H

#include <stddef.h>

#define FDPASS_MAX 32 /* fds in one message: 16 queues, a tap and a vhost fd each */

/* Send size bytes and n fds as one message; the caller keeps its fds. Never raises SIGPIPE, never
 * waits on a socket that is O_NONBLOCK. Returns 0 or -errno (-EMSGSIZE: a short write). */
int fdpass_send(int socket, const void *data, size_t size, const int *fds, size_t n);

/* Receive one message of at most size bytes. The fds that came are close-on-exec, written to
 * ret_fds (room for max) and counted in *ret_n: the caller owns them. Returns the length of the
 * message, 0 at the end of the stream, or -errno, and then no fd is left open: -EMSGSIZE when the
 * message was longer than size, -EPROTO when it carried more than max fds, truncated control data
 * or control data other than fds. */
int fdpass_receive(int socket, void *data, size_t size, int *ret_fds, size_t max, size_t *ret_n);

#endif
