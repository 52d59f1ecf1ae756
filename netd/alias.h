/* SPDX-License-Identifier: MIT
 * What a port should be, as netd writes it into the link's alias (only CAP_NET_ADMIN can). */
#ifndef OWVM_NETD_ALIAS_H
#define OWVM_NETD_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ifname.h"
#include "common/mac.h"
#include "common/wire.h"
#include "netd/link.h"

/* The alias of every bridge that netd made. */
#define ALIAS_BRIDGE "owvm bridge, host not on it"

struct alias {
	uint32_t uid;
	char bridge[IFNAME_SIZE];
	bool learns;		 /* no guest address is fixed */
	uint8_t guest[MAC_SIZE]; /* zero if it learns */
	uint8_t host[MAC_SIZE];
	unsigned int queues;
	char label[WIRE_LABEL_SIZE];
};

void alias_format(const struct alias *alias, char ret_text[LINK_ALIAS_SIZE]);

/* Read what alias_format() wrote; false for anything else. */
bool alias_parse(const char *text, struct alias *ret_alias);

#endif
