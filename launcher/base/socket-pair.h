/* SPDX-License-Identifier: MIT
 * Two connected sockets that hold much, even when it comes byte by byte.
 *
 * A Unix socket has room for 277 messages that wait, of a byte each when QEMU's serial port writes
 * them; TCP puts them together. */
#ifndef OWVM_LAUNCHER_BASE_SOCKET_PAIR_H
#define OWVM_LAUNCHER_BASE_SOCKET_PAIR_H

/* Make them, connected over the loopback interface to each other and to nobody else. The caller
 * owns both. Returns 0 or -errno. */
int socket_pair_make(int *ret_ours, int *ret_theirs);

#endif
