/* SPDX-License-Identifier: MIT
 * The process of a VM, and the sockets that it serves. */
#ifndef OWVM_LAUNCHER_RUNTIME_CONNECT_H
#define OWVM_LAUNCHER_RUNTIME_CONNECT_H

#include "launcher/runtime/runtime.h"

/* Open the process that holds the VM's lock. Returns a pidfd that the caller owns, or -errno:
 * -ESRCH when the process that is noted is not there (it just ended), -EAGAIN
 * when the VM is just being started. */
int runtime_process_open(const struct runtime *runtime);

/* Connect to a socket of the VM; type is SOCK_STREAM, maybe with SOCK_NONBLOCK. Returns a fd that
 * the caller owns, or -errno; -ECONNREFUSED also where that is no socket of the user's, which was
 * said. */
int runtime_connect(const struct runtime *runtime, const char *file, int type);

/* Make a socket of the VM as socket_bind() does. */
int runtime_bind(const struct runtime *runtime, const char *file);

#endif
