/* SPDX-License-Identifier: MIT
 * IPv4 address and prefix length: numbers -> text. */
#include "common/cidr.h"

#include <assert.h>
#include <stdio.h>

void cidr_format(const struct cidr *cidr, char ret_text[CIDR_TEXT_SIZE])
{
	uint32_t address = cidr->address;
	int length = snprintf(ret_text, CIDR_TEXT_SIZE, "%u.%u.%u.%u/%u", address >> 24,
		address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff, cidr->prefix);

	assert(length > 0 && length < CIDR_TEXT_SIZE);
}
