/* SPDX-License-Identifier: MIT
 * Does the guest listen where a forward leads to?
 *
 * QEMU accepts a connection before it asks the guest, so that one that comes about says nothing;
 * but QEMU tells of each connection how far it is. */
#ifndef OWVM_LAUNCHER_QEMU_USERNET_H
#define OWVM_LAUNCHER_QEMU_USERNET_H

#include <stdbool.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/forward.h"

/* Connect through a tcp forward and ask QEMU whether the guest took it, all within timeout_ms. */
bool usernet_is_open(const struct runtime *runtime, const struct forward *forward, int timeout_ms);

/* Does what `info usernet` prints have an established connection to that forward? */
bool usernet_has_connection(const char *text, const struct forward *forward);

#endif
