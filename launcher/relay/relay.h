/* SPDX-License-Identifier: MIT
 * What listens on this host and connects to the guest: one loop for all forwards of a VM. */
#ifndef OWVM_LAUNCHER_RELAY_RELAY_H
#define OWVM_LAUNCHER_RELAY_RELAY_H

#include <stddef.h>
#include <stdint.h>

#include "launcher/vm/forward.h"

#define RELAY_CONNECTIONS_MAX 4096 /* of TCP; more wait until one ends */
#define RELAY_FLOWS_MAX 1024	   /* of UDP; one more ends the one that was silent for longest */
#define RELAY_FDS 6		   /* that a connection takes, its pipes included */

struct relay;

/* Make one that has no forwards yet and connects to guest_address where a forward names none. It
 * takes as many connections as the limit of open files leaves room for. From here on SIGPIPE is
 * ignored. NULL with errno. */
struct relay *relay_new(const char *guest_address);

/* NULL will do. */
void relay_free(struct relay *relay);

/* Serve the forward by a socket that is bound to its port, and that is the relay's from now on,
 * also where it fails. Returns 0 or -errno: -EEXIST, -ENOSPC. */
int relay_add(struct relay *relay, const struct forward *forward, int listener);

/* Serve it no longer; connections that are there go on. Returns 0 or -ENOENT. */
int relay_remove(struct relay *relay, const struct forward *forward);

/* Take requests of message.h by a listening socket, which is the relay's from now on. Returns 0 or
 * -errno. */
int relay_serve(struct relay *relay, int control);

/* Work until `end` (borrowed: a pidfd, a pipe) becomes readable. Returns 0 or -errno. */
int relay_run(struct relay *relay, int end);

#endif
