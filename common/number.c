/* SPDX-License-Identifier: MIT
 * The one strict decimal parser. */
#include "common/number.h"

bool number_parse(const char *text, size_t length, uint32_t max, uint32_t *ret_value)
{
	uint64_t value = 0;

	if (length == 0 || (length > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
		if (value > max)
			return false;
	}
	*ret_value = (uint32_t)value;
	return true;
}
