/* SPDX-License-Identifier: MIT
 * What a port should be, as netd writes it into the link's alias. */
#include "netd/port/alias.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void alias_format(const struct alias *alias, char ret_text[LINK_ALIAS_SIZE])
{
	char guest[MAC_TEXT_SIZE] = "any", host[MAC_TEXT_SIZE] = "", ip[CIDR_TEXT_SIZE] = "any";
	int length = 0;

	if (!alias->learns)
		mac_format(alias->guest, guest);
	mac_format(alias->host, host);
	if (alias->ip.prefix > 0)
		cidr_format(&alias->ip, ip);
	length = snprintf(ret_text, LINK_ALIAS_SIZE,
		ALIAS_PORT
		"uid=%u bridge=%s guest=%s host=%s queues=%u ip=%s dhcp-server=%s "
		"label=%s",
		alias->uid, alias->bridge, guest, host, alias->queues, ip,
		alias->dhcp_server ? "yes" : "no", alias->label);
	assert(length > 0 && length < LINK_ALIAS_SIZE);
}
