/* SPDX-License-Identifier: MIT
 * What a process that forwards is to be. */
#ifndef OWVM_LAUNCHER_RELAY_SETUP_H
#define OWVM_LAUNCHER_RELAY_SETUP_H

#include <stddef.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/forward.h"

/* All pointers are borrowed. */
struct forwarder_setup {
	const struct runtime *runtime; /* of the VM */
	const char *name;	       /* of the VM */
	const char *bridge;
	const char *guest_address;
	struct forward *forwards; /* those of the LAN; a port 0 is filled in */
	size_t n;
};

#endif
