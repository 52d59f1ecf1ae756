/* SPDX-License-Identifier: MIT
 * IPv4 address and prefix length: text -> numbers. */
#include <string.h>

#include "common/cidr.h"
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
