/* SPDX-License-Identifier: MIT
 * IPv4 address and prefix length. */
#include "common/cidr.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"

/* Read a number that ends at `end`, which must be there. Returns what is behind it, or NULL. */
static const char *part(const char *text, const char *limit, char end, uint32_t *ret_number)
{
	const char *stop = memchr(text, end, (size_t)(limit - text));

	if (stop == NULL || !number_parse(text, (size_t)(stop - text), UINT8_MAX, ret_number))
		return NULL;
	return stop + 1;
}

bool cidr_parse(const char *text, size_t length, struct cidr *ret_cidr)
{
	const char *limit = text + length;
	struct cidr cidr = {0};
	uint32_t number = 0;

	for (int i = 0; i < 4; i++) {
		text = part(text, limit, i < 3 ? '.' : '/', &number);
		if (text == NULL)
			return false;
		cidr.address = cidr.address << 8 | number;
	}
	if (!number_parse(text, (size_t)(limit - text), 32, &number) || number == 0)
		return false;
	cidr.prefix = number;
	*ret_cidr = cidr;
	return true;
}

void cidr_format(const struct cidr *cidr, char ret_text[CIDR_TEXT_SIZE])
{
	uint32_t address = cidr->address;
	int length = snprintf(ret_text, CIDR_TEXT_SIZE, "%u.%u.%u.%u/%u", address >> 24,
		address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff, cidr->prefix);

	assert(length > 0 && length < CIDR_TEXT_SIZE);
}
