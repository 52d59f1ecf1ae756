/* SPDX-License-Identifier: MIT
 * The process of a VM, and the sockets that it serves: believed when the kernel says so. */
#ifndef OWVM_LAUNCHER_RUNTIME_CONNECT_H
#define OWVM_LAUNCHER_RUNTIME_CONNECT_H

#include "launcher/runtime/runtime.h"

/* Open the process that holds the VM's lock. Returns a pidfd that the caller owns, or -errno:
 * -ESRCH when the process that is noted is not there (it just ended), or is not the VM's, -EAGAIN
 * when the VM is just being started. */
int runtime_process_open(const struct runtime *runtime);

/* Connect to a socket of the VM; type is SOCK_STREAM, maybe with SOCK_NONBLOCK. Returns a fd that
 * the caller owns, or -errno; -ECONNREFUSED also where another process than the VM's serves it,
 * which was said. */
int runtime_connect(const struct runtime *runtime, const char *file, int type);

/* The same for the socket of a process that is not the VM's: it is noted in that file, see
 * runtime/lock.h, and is there. -ECONNREFUSED: it is not. */
int runtime_connect_noted(
	const struct runtime *runtime, const char *file, const char *note, int type);

/* Make a socket of the VM in its claimed directory, as socket_bind() does; -ENOENT where its path
 * leads elsewhere. */
int runtime_bind(const struct runtime *runtime, const char *file);

#endif
