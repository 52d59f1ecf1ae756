/* SPDX-License-Identifier: MIT
 * What `owrun ls` tells of a running VM: a small JSON file in its directory. */
#ifndef OWVM_LAUNCHER_STATE_H
#define OWVM_LAUNCHER_STATE_H

#include <jansson.h>

#include "launcher/runtime.h"
#include "launcher/vm.h"

/* Write the file, at once or not at all. interface is the LAN's port, NULL if it has none. Returns
 * 0 or -errno. */
int state_write(const struct runtime *runtime, const struct vm *vm, enum accel accel,
	const char *interface);

/* Read it: an object {name, lan, interface, wan, forwards, accel} that the caller gives back; one
 * that lacks members when the file does. Never NULL. */
json_t *state_read(const struct runtime *runtime);

#endif
