/* SPDX-License-Identifier: MIT
 * What a port should be, as netd writes it into the link's alias. */
#include "netd/alias.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"

void alias_format(const struct alias *alias, char ret_text[LINK_ALIAS_SIZE])
{
	char guest[MAC_TEXT_SIZE] = "any", host[MAC_TEXT_SIZE] = "";
	int length = 0;

	if (!alias->learns)
		mac_format(alias->guest, guest);
	mac_format(alias->host, host);
	length = snprintf(ret_text, LINK_ALIAS_SIZE,
		"owvm port uid=%u bridge=%s guest=%s host=%s queues=%u label=%s", alias->uid,
		alias->bridge, guest, host, alias->queues, alias->label);
	assert(length > 0 && length < LINK_ALIAS_SIZE);
}

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

	if (strncmp(text, "owvm port ", strlen("owvm port ")) != 0 ||
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
