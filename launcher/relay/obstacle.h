/* SPDX-License-Identifier: MIT
 * What stands in the way to a port of a guest. */
#ifndef OWVM_LAUNCHER_RELAY_OBSTACLE_H
#define OWVM_LAUNCHER_RELAY_OBSTACLE_H

#include <jansson.h>
#include <stdbool.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/forward.h"

/* Try the guest's side of a forward of TCP that a VM has, as its state tells, for at most
 * timeout_ms. NULL: the guest accepts connections there. Else a phrase that says which firewall,
 * address or process is to blame; the caller frees it. */
char *obstacle_find(const struct runtime *runtime, const json_t *state,
	const struct forward *forward, int timeout_ms);

/* The phrase for an error of forwarder_connect() to that side. */
char *obstacle_phrase(const json_t *state, const struct forward *forward, int error);

#endif
