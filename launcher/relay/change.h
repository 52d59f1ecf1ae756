/* SPDX-License-Identifier: MIT
 * Forwards of a VM that runs: more, fewer, and the way to a port of the guest. */
#ifndef OWVM_LAUNCHER_RELAY_CHANGE_H
#define OWVM_LAUNCHER_RELAY_CHANGE_H

#include "launcher/runtime/runtime.h"
#include "launcher/vm/forward.h"

/* Let the forward lead into the VM of that name; a port 0 is filled in. Where it enters by the LAN
 * and no forwarder runs (any more) one is started, with all the forwards that the VM had. What the
 * VM has already is no error. The VM's state tells of it. Returns 0, or -errno with a sentence. */
int change_add(const char *name, const struct runtime *runtime, struct forward *forward,
	char **reterr_text);

/* Take away the one of that host side; connections by the LAN that are there go on. Returns 0, or
 * -errno with a sentence. */
int change_remove(const char *name, const struct runtime *runtime, const struct forward *forward,
	char **reterr_text);

/* A forward of TCP to that port of the guest: one that is there, and served, or one on a free port
 * of this host that is made. One by the WAN which the guest does not take is none where there is a
 * LAN. Returns 0, 1 when it was made, or -errno with a sentence. */
int change_find(const char *name, const struct runtime *runtime, uint16_t port,
	struct forward *ret_forward, char **reterr_text);

/* A connection to that port of the guest: by its LAN where that is a bridge, through the forwarder
 * and no port of this host (the forwarder is started where none runs), else by change_find(), of
 * which nothing stays. It takes at most timeout_ms. Returns a fd that blocks, or -errno with a
 * sentence that says what stands in the way. */
int change_connect(const char *name, const struct runtime *runtime, uint16_t port, int timeout_ms,
	char **reterr_text);

#endif
