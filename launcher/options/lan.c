/* SPDX-License-Identifier: MIT
 * Options of `lan`: setters that the table names. */
#include "launcher/options/lan.h"

#include <errno.h>
#include <string.h>

#include "common/ifname.h"
#include "launcher/base/text.h"

int options_set_address(struct options *options, const char *value, char **reterr_text)
{
	options->address = (struct cidr){0};
	options->no_dhcp = strcmp(value, "dhcp") != 0;
	if (!options->no_dhcp || strcmp(value, "none") == 0 ||
		cidr_parse(value, strlen(value), &options->address))
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"address '%s' is neither 'dhcp' nor 'none' nor one with its network, as '192.168.1.9/24'",
		value);
}

int options_set_interface(struct options *options, const char *value, char **reterr_text)
{
	if (!ifname_valid(value, strlen(value)))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is no name of an interface: 1 to 15 letters, digits, '.', '_' and '-'",
			value);
	options->interface = value;
	return 0;
}
