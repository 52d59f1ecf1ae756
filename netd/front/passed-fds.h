/* SPDX-License-Identifier: MIT
 * Clients that pass file descriptors, to have owvm-netd close them.
 *
 * The last close of a file may sleep: that of a socket with SO_LINGER as long as its sender chose.
 * A message that is received, and one that is thrown away with its socket, let go of the files that
 * it brought. So such a message is never received, and its socket is closed by a disposable child.
 *
 * This concerns connections that were made before the listener refused fds (SO_PASSRIGHTS): those
 * that waited while owvm-netd was started, and all of them before Linux 6.16, which cannot refuse.
 *
 * How a message is known without receiving it, in net/unix/af_unix.c of the kernel: MSG_PEEK with
 * no room for control data says MSG_CTRUNC where there are fds, and only drops references that it
 * took itself. After shutdown(SHUT_RD), unix_dgram_sendmsg() queues nothing more: the flag is
 * tested under the lock under which a message is queued. */
#ifndef OWVM_NETD_FRONT_PASSED_FDS_H
#define OWVM_NETD_FRONT_PASSED_FDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PASSED_FDS_PARKED 64
#define PASSED_FDS_CHILDREN 8
#define PASSED_FDS_PAUSE 20 /* ms between two looks whether a child has ended */

/* Connections that a child has to close. Start with {0}. */
struct passed_fds_bin {
	int parked[PASSED_FDS_PARKED];
	size_t n_parked;
	pid_t children[PASSED_FDS_CHILDREN]; /* 0: none */
	size_t n_children;
};

/* May messages bring fds over this connection? */
bool passed_fds_possible(int socket);

/* Does the message that is received next bring fds? Not after passed_fds_left(). */
bool passed_fds_come_next(int socket);

/* Let no more messages in. Is one left, which closing the socket would throw away? True also where
 * it cannot be told. */
bool passed_fds_left(int socket);

/* Park a connection for a child, which takes it. The bin must not be full. */
void passed_fds_park(struct passed_fds_bin *bin, int socket);

bool passed_fds_full(const struct passed_fds_bin *bin);

/* Have a child close what is parked; where there are too many children it stays parked. Returns ms
 * until this should be called again, -1: never. */
int passed_fds_empty(struct passed_fds_bin *bin);

#endif
