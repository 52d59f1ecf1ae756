/* SPDX-License-Identifier: MIT
 * Forwards of QEMU's user network: whether the guest listens, more of them, fewer.
 *
 * QEMU accepts a connection before it asks the guest, so that one that comes about says nothing;
 * but QEMU tells of each connection how far it is. */
#ifndef OWVM_LAUNCHER_QEMU_USERNET_H
#define OWVM_LAUNCHER_QEMU_USERNET_H

#include <jansson.h>
#include <stdbool.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/forward.h"

/* Connect through a tcp forward and ask QEMU whether the guest took it, all within timeout_ms.
 * Returns a fd that does not block, or -errno. */
int usernet_connect(const struct runtime *runtime, const struct forward *forward, int timeout_ms);

/* Does it take one? */
bool usernet_is_open(const struct runtime *runtime, const struct forward *forward, int timeout_ms);

/* Does what `info usernet` prints have an established connection to that forward? */
bool usernet_has_connection(const char *text, const struct forward *forward);

/* A user network of a VM that runs. */
struct usernet {
	size_t nic; /* its number */
	char guest
		[INET_ADDRSTRLEN]; /* where forwards lead that name no address; empty: QEMU's own */
};

/* The one by which such a forward enters, as the VM's state tells. Returns 0, or -ENOENT with a
 * sentence. */
int usernet_find(const json_t *state, const struct forward *forward, struct usernet *ret_net,
	char **reterr_text);

/* Have QEMU forward, or forward no more. Returns 0, or -errno with a sentence. */
int usernet_add(const struct runtime *runtime, const struct usernet *net,
	const struct forward *forward, char **reterr_text);
int usernet_remove(const struct runtime *runtime, const json_t *state,
	const struct forward *forward, char **reterr_text);

#endif
