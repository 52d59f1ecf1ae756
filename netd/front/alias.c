/* SPDX-License-Identifier: MIT
 * What a port should be, as it stands in the alias of its links. */
#include "netd/front/alias.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "netd/port/alias.h"

static const char *yes_or_no(bool yes)
{
	return yes ? "yes" : "no";
}

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
		"uid=%u bridge=%s guest=%s host=%s queues=%u ip=%s dhcp-server=%s rate=%u "
		"cable=%s client=%s label=%s",
		alias->uid, alias->bridge, guest, host, alias->queues, ip,
		yes_or_no(alias->dhcp_server), alias->rate, yes_or_no(alias->cable),
		yes_or_no(alias->client), alias->label);
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

static bool parse_numbers(const char *text, struct alias *alias)
{
	char uid[11] = "", queues[6] = "";

	return value(text, " uid=", uid, sizeof(uid)) &&
	       value(text, " queues=", queues, sizeof(queues)) &&
	       number_parse(uid, strlen(uid), UINT32_MAX, &alias->uid) &&
	       number_parse(queues, strlen(queues), WIRE_QUEUES_MAX, &alias->queues);
}

static bool parse_addresses(const char *text, struct alias *alias)
{
	char guest[MAC_TEXT_SIZE] = "", host[MAC_TEXT_SIZE] = "", ip[CIDR_TEXT_SIZE] = "";

	if (!value(text, " guest=", guest, sizeof(guest)) ||
		!value(text, " host=", host, sizeof(host)) || !value(text, " ip=", ip, sizeof(ip)))
		return false;
	alias->learns = strcmp(guest, "any") == 0;
	return mac_parse(host, alias->host) && (alias->learns || mac_parse(guest, alias->guest)) &&
	       (strcmp(ip, "any") == 0 || cidr_parse(ip, strlen(ip), &alias->ip));
}

bool alias_parse(const char *text, struct alias *ret_alias)
{
	struct alias alias = {0};
	char server[4] = "", cable[4] = "no", rate[11] = "0";

	if (strncmp(text, ALIAS_PORT, strlen(ALIAS_PORT)) != 0 || !parse_numbers(text, &alias) ||
		!parse_addresses(text, &alias) ||
		!value(text, " bridge=", alias.bridge, sizeof(alias.bridge)) ||
		!value(text, " dhcp-server=", server, sizeof(server)) ||
		!value(text, " label=", alias.label, sizeof(alias.label)))
		return false;
	for (const char *c = alias.label; *c != '\0'; c++)
		if (!wire_label_char_valid(*c))
			return false;
	/* A port of before may lack these. */
	(void)value(text, " rate=", rate, sizeof(rate));
	(void)value(text, " cable=", cable, sizeof(cable));
	if (!number_parse(rate, strlen(rate), UINT32_MAX, &alias.rate))
		return false;
	alias.dhcp_server = strcmp(server, "yes") == 0;
	alias.cable = strcmp(cable, "yes") == 0;
	*ret_alias = alias;
	return true;
}

bool alias_parse_port(const struct link *link, struct alias *ret_alias, unsigned int *ret_slot)
{
	uint32_t uid = 0;
	unsigned int slot = 0;

	if ((strcmp(link->kind, "tun") != 0 && link->group != LINK_GROUP_CLIENT) ||
		!ifname_slot_parse(link->name, &uid, &slot) ||
		!alias_parse(link->alias, ret_alias) || ret_alias->uid != uid)
		return false;
	if (ret_slot != NULL)
		*ret_slot = slot;
	return true;
}
