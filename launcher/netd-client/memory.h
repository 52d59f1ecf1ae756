/* SPDX-License-Identifier: MIT
 * The addresses of a kept VM's cards: those that it remembers, and those of which the host is a
 * part. */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_MEMORY_H
#define OWVM_LAUNCHER_NETD_CLIENT_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"

struct nic;
struct vm;
struct vmdir;

/* Of a VM that was just made: where a card is on a bridge that others share, let the host have a
 * part in its address. Where that cannot be noted a sentence says so, and it follows from the name
 * alone. */
void memory_note_host(const struct vmdir *vmdir, const struct vm *vm);

/* Has the host a part in the address of this card? `memory` is what is remembered of a kept VM;
 * NULL: it is not kept. One that was made before owrun knew of hosts has an address by its name. */
bool memory_is_by_host(const json_t *memory, uint32_t uid, const struct nic *nic);

/* address_derive() for a card of a VM, with the host or without, as above. */
void memory_derive(const json_t *memory, uint32_t uid, const struct nic *nic, const char *name,
	unsigned int number, uint8_t ret_mac[MAC_SIZE]);

#endif
