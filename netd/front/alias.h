/* SPDX-License-Identifier: MIT
 * What a port should be, as it stands in the alias of its links. */
#ifndef OWVM_NETD_FRONT_ALIAS_H
#define OWVM_NETD_FRONT_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cidr.h"
#include "common/ifname.h"
#include "common/mac.h"
#include "common/wire.h"
#include "netd/kernel/link.h"

struct alias {
	uint32_t uid;
	char bridge[IFNAME_SIZE];
	bool learns;		 /* no guest address is fixed */
	uint8_t guest[MAC_SIZE]; /* zero if it learns */
	uint8_t host[MAC_SIZE];
	unsigned int queues;
	struct cidr ip;	  /* what the guest may use; {0}: anything */
	bool dhcp_server; /* the guest may answer DHCP clients */
	uint32_t rate;	  /* Mbit/s; 0: no limit */
	bool cable;	  /* the tap is not on the bridge itself */
	bool client;	  /* there is no tap, but an interface in a namespace of the user's */
	char label[WIRE_LABEL_SIZE];
};

void alias_format(const struct alias *alias, char ret_text[LINK_ALIAS_SIZE]);

/* Read an alias that alias_format() wrote, also an older one's. False: it is none. */
bool alias_parse(const char *text, struct alias *ret_alias);

/* Read the alias of a tap, or of a client's end in a slot, that is a port of netd's. ret_slot may
 * be NULL. False: it is none. */
bool alias_parse_port(const struct link *link, struct alias *ret_alias, unsigned int *ret_slot);

#endif
