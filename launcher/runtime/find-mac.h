/* SPDX-License-Identifier: MIT
 * VMs that run: which has an address. */
#ifndef OWVM_LAUNCHER_RUNTIME_FIND_MAC_H
#define OWVM_LAUNCHER_RUNTIME_FIND_MAC_H

#include "common/mac.h"
#include "launcher/runtime/runtime.h"

/* The name of the living VM, other than `except`, that was started with a network card of this
 * address; NULL: none was. The caller frees it. */
char *runtime_find_mac(
	const struct runtime_places *places, const uint8_t mac[MAC_SIZE], const char *except);

#endif
