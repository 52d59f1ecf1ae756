/* SPDX-License-Identifier: MIT
 * Making the names of ports (slots): apart from what reads names, as this is done where there is a
 * privilege. */
#include <assert.h>
#include <stdio.h>

#include "common/ifname.h"

void ifname_slot_format(uint32_t uid, unsigned int slot, char ret_name[IFNAME_SIZE])
{
	int length = 0;

	assert(slot < IFNAME_SLOT_MAX);
	/* At most 2 + 10 + 1 + 2 characters: it always fits. */
	length = snprintf(ret_name, IFNAME_SIZE, "ow%ut%u", uid, slot);
	assert(length > 0 && length < IFNAME_SIZE);
}
