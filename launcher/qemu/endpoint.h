/* SPDX-License-Identifier: MIT
 * QEMU's Unix sockets, made before it starts.
 *
 * Nothing in Landlock keeps a process from connecting to a socket of the same user that has a path:
 * his session bus starts any program for whoever asks. So QEMU in its sandbox can make no Unix
 * socket at all, and gets those that it needs as fds. */
#ifndef OWVM_LAUNCHER_QEMU_ENDPOINT_H
#define OWVM_LAUNCHER_QEMU_ENDPOINT_H

#include "launcher/plan/plan.h"
#include "launcher/runtime/runtime.h"

struct endpoints {
	int fds[PLAN_SOCKETS_MAX];
	bool listens[PLAN_SOCKETS_MAX]; /* else it is connected */
	size_t n;
};

#define OWNED_ENDPOINTS __attribute__((cleanup(endpoints_close))) struct endpoints

/* Open the plan's sockets, in their order: at their paths (what a dead QEMU left there is removed)
 * or, where QEMU is not the server, connected. Returns 0, or -errno with a sentence. */
int endpoints_open(const struct plan *plan, const struct runtime *runtime,
	struct endpoints *ret_endpoints, char **reterr_text);
void endpoints_close(struct endpoints *endpoints);

/* For the child that will be QEMU: let them listen. It is that process which clients see as their
 * peer, see runtime/connect.h. Returns 0 or -errno. */
int endpoints_listen(const struct endpoints *endpoints);

#endif
