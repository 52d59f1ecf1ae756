/* SPDX-License-Identifier: MIT
 * What the aliases of netd's links begin with: only CAP_NET_ADMIN can write them, but any user of
 * the host can read them. */
#ifndef OWVM_NETD_PORT_ALIAS_H
#define OWVM_NETD_PORT_ALIAS_H

#include <stdbool.h>
#include <string.h>

/* Of bridges that netd made: all there is. */
#define ALIAS_BRIDGE "owvm bridge, host not on it"
#define ALIAS_BRIDGE_HOST "owvm bridge, host on it"
/* Of every port (netd/front/alias.h). */
#define ALIAS_PORT "owvm port "

/* Is the host on purpose on a bridge of netd's with this alias? */
static inline bool alias_has_host(const char *alias)
{
	return strcmp(alias, ALIAS_BRIDGE_HOST) == 0;
}

#endif
