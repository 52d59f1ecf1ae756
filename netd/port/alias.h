/* SPDX-License-Identifier: MIT
 * What a port should be, as netd writes it into the link's alias: only CAP_NET_ADMIN can, but any
 * user of the host can read it. */
#ifndef OWVM_NETD_PORT_ALIAS_H
#define OWVM_NETD_PORT_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cidr.h"
#include "common/ifname.h"
#include "common/mac.h"
#include "common/wire.h"
#include "netd/kernel/link.h"

/* The aliases of bridges that netd made. */
#define ALIAS_BRIDGE "owvm bridge, host not on it"
#define ALIAS_BRIDGE_HOST "owvm bridge, host on it"
/* How the alias of every port begins. */
#define ALIAS_PORT "owvm port "

struct alias {
	uint32_t uid;
	char bridge[IFNAME_SIZE];
	bool learns;		 /* no guest address is fixed */
	uint8_t guest[MAC_SIZE]; /* zero if it learns */
	uint8_t host[MAC_SIZE];
	unsigned int queues;
	struct cidr ip;	  /* what the guest may use; {0}: anything */
	bool dhcp_server; /* the guest may answer DHCP clients */
	char label[WIRE_LABEL_SIZE];
};

void alias_format(const struct alias *alias, char ret_text[LINK_ALIAS_SIZE]);

#endif
