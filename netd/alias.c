/* SPDX-License-Identifier: MIT
 * What a port should be, as netd writes it into the link's alias. */
#include "netd/alias.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void alias_format(const struct alias *alias, char ret_text[LINK_ALIAS_SIZE])
{
	char guest[MAC_TEXT_SIZE] = "any", host[MAC_TEXT_SIZE] = "";
	int length = 0;

	if (!alias->learns)
		mac_format(alias->guest, guest);
	mac_format(alias->host, host);
	length = snprintf(ret_text, LINK_ALIAS_SIZE,
		ALIAS_PORT "uid=%u bridge=%s guest=%s host=%s queues=%u label=%s", alias->uid,
		alias->bridge, guest, host, alias->queues, alias->label);
	assert(length > 0 && length < LINK_ALIAS_SIZE);
}
