/* SPDX-License-Identifier: MIT
 * The one validator of interface names, and reading the names of ports (slots). */
#include "common/ifname.h"

#include <string.h>

#include "common/number.h"

bool ifname_char_valid(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

static bool equals(const char *name, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(name, word, length) == 0;
}

bool ifname_valid(const char *name, size_t length)
{
	if (length == 0 || length >= IFNAME_SIZE || name[0] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!ifname_char_valid(name[i]))
			return false;
	return !equals(name, length, ".") && !equals(name, length, "..") &&
	       !equals(name, length, "all") && !equals(name, length, "default");
}

bool ifname_slot_parse(const char *name, uint32_t *ret_uid, unsigned int *ret_slot)
{
	const char *separator = NULL;
	uint32_t uid = 0, slot = 0;

	if (strncmp(name, "ow", 2) != 0)
		return false;
	separator = strchr(name + 2, 't');
	if (separator == NULL)
		return false;
	if (!number_parse(name + 2, (size_t)(separator - name) - 2, UINT32_MAX, &uid) ||
		!number_parse(separator + 1, strlen(separator + 1), IFNAME_SLOT_MAX - 1, &slot))
		return false;
	*ret_uid = uid;
	*ret_slot = slot;
	return true;
}
