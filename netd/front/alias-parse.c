/* SPDX-License-Identifier: MIT
 * Reading what netd wrote into a link's alias: only the front has to. */
#include "netd/front/alias-parse.h"

#include <string.h>

#include "common/number.h"

/* Copy the value behind " key=" up to the next space. False: it is not there, or too long. */
static bool value(const char *text, const char *key, char *ret_value, size_t size)
{
	const char *start = strstr(text, key);
	size_t length = 0;

	if (start == NULL)
		return false;
	start += strlen(key);
	length = strcspn(start, " ");
	if (length >= size)
		return false;
	memcpy(ret_value, start, length);
	ret_value[length] = '\0';
	return true;
}

bool alias_parse(const char *text, struct alias *ret_alias)
{
	struct alias alias = {0};
	char guest[MAC_TEXT_SIZE] = "", host[MAC_TEXT_SIZE] = "", uid[11] = "", queues[6] = "";

	if (strncmp(text, ALIAS_PORT, strlen(ALIAS_PORT)) != 0 ||
		!value(text, " uid=", uid, sizeof(uid)) ||
		!value(text, " bridge=", alias.bridge, sizeof(alias.bridge)) ||
		!value(text, " guest=", guest, sizeof(guest)) ||
		!value(text, " host=", host, sizeof(host)) ||
		!value(text, " queues=", queues, sizeof(queues)) ||
		!value(text, " label=", alias.label, sizeof(alias.label)))
		return false;
	for (const char *c = alias.label; *c != '\0'; c++)
		if (!wire_label_char_valid(*c))
			return false;
	alias.learns = strcmp(guest, "any") == 0;
	if (!number_parse(uid, strlen(uid), UINT32_MAX, &alias.uid) ||
		!number_parse(queues, strlen(queues), WIRE_QUEUES_MAX, &alias.queues) ||
		!mac_parse(host, alias.host) || (!alias.learns && !mac_parse(guest, alias.guest)))
		return false;
	*ret_alias = alias;
	return true;
}
