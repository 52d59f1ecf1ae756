/* SPDX-License-Identifier: MIT
 * Pseudoterminals for a QEMU in the sandbox: each of its own, and no other terminal of the user.
 *
 * Theory of operation: QEMU makes a pair and asks the kernel for its other end, to set it up
 * (TIOCGPTPEER). Landlock takes that for opening /dev/pts/N, and has no rule for a file that is not
 * there yet: only all of /dev/pts could be allowed. So a filter hands just this call to owrun,
 * which does it for QEMU while QEMU starts, and no longer: from then on the call fails. */
#ifndef OWVM_LAUNCHER_SANDBOX_PTY_H
#define OWVM_LAUNCHER_SANDBOX_PTY_H

#include <stddef.h>

/* In the child that will be QEMU, with no_new_privs: put the filter in place, and send what owrun
 * listens on through the socket. Returns 0, or -errno, as where such a filter is there already
 * (EBUSY) or owrun does not know this architecture or library (EOPNOTSUPP): the caller has to allow
 * /dev/pts. */
int sandbox_pty_offer(int socket);

/* In owrun: take that, and do it n times for the process of the pidfd. Returns 0, also when the
 * process ended or did not ask in time; -ENODATA when nothing was offered. */
int sandbox_pty_serve(int socket, int pidfd, size_t n);

#endif
