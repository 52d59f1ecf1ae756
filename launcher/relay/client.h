/* SPDX-License-Identifier: MIT
 * What owrun asks of the forwarder of a VM that runs.
 *
 * All return -ESRCH when there is none (any more), or another -errno. */
#ifndef OWVM_LAUNCHER_RELAY_CLIENT_H
#define OWVM_LAUNCHER_RELAY_CLIENT_H

#include <stdbool.h>

#include "launcher/relay/message.h"
#include "launcher/runtime/runtime.h"

/* What it forwards now. Returns 0. */
int forwarder_list(const struct runtime *runtime, struct relay_reply *ret_list);

/* Have it forward more, by a socket that is bound to the forward's port and stays the caller's;
 * -EEXIST, -ENOSPC. Returns 0. */
int forwarder_add(const struct runtime *runtime, const struct forward *forward, int listener);

/* Have it forward that no more; -ENOENT. Returns 0. */
int forwarder_remove(const struct runtime *runtime, const struct forward *forward);

/* Connect to the guest on its LAN, to guest_address (empty: where forwards lead that name none) and
 * that port. Returns a fd that blocks and that the caller owns, or -errno of connecting. */
int forwarder_connect(
	const struct runtime *runtime, const char *guest_address, uint16_t port, int timeout_ms);

#endif
