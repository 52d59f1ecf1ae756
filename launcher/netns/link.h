/* SPDX-License-Identifier: MIT
 * Links, addresses and routes of the network namespace that this process is in. */
#ifndef OWVM_LAUNCHER_NETNS_LINK_H
#define OWVM_LAUNCHER_NETNS_LINK_H

#include <stdint.h>

#include "common/cidr.h"

/* Each returns 0, or -errno with a sentence. */
int link_up(const char *name, char **reterr_text);
int link_delete(const char *name, char **reterr_text);

/* Give a link an IPv4 address, and take away an older one; {0}: none. */
int link_set_address(
	const char *name, const struct cidr *older, const struct cidr *address, char **reterr_text);

/* Let the default route lead to that address (host byte order), which is on the link whether or not
 * the link's network says so. */
int link_set_gateway(const char *name, uint32_t gateway, char **reterr_text);

#endif
