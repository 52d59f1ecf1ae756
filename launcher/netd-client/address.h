/* SPDX-License-Identifier: MIT
 * The address that a card or client of the user's has where none was asked for.
 *
 * It follows from a name, so that it is the same each time. A bridge that is not the user's own can
 * span many hosts (owvm-fabric(7)), on which he is the same user and has VMs of the same name.
 * There it follows from the host as well, by its machine-id(5). Where hosts have none, or the same,
 * netd refuses the second VM, once it has heard of the first. */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_ADDRESS_H
#define OWVM_LAUNCHER_NETD_CLIENT_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"

/* Can a bridge of this name have VMs of other hosts? Not an own one, "ow-UID" or "ow-UID-NAME", nor
 * where there is none, "". */
bool address_is_shared(uint32_t uid, const char *bridge);

/* The address in the space of uid for (name, nic); on a shared bridge of this host. The machine-id
 * itself cannot be told from it. */
void address_derive(uint32_t uid, const char *bridge, const char *name, unsigned int nic,
	uint8_t ret_mac[MAC_SIZE]);

/* The same on the host whose machine-id(5) is the first line of that text; where that is not 32
 * hexadecimal digits, from the name alone. */
void address_derive_on(uint32_t uid, const char *machine, const char *name, unsigned int nic,
	uint8_t ret_mac[MAC_SIZE]);

#endif
