/* SPDX-License-Identifier: MIT
 * The ports and bridges of the host, as the kernel told of them: what lists are answered from.
 *
 * The kernel is the database, and this is a copy of a part of it, which announcements keep and a
 * walk through all links makes anew. It holds nothing but what the kernel has now, so that it grows
 * no further than the host. */
#ifndef OWVM_NETD_FRONT_PORT_TABLE_H
#define OWVM_NETD_FRONT_PORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ifname.h"
#include "common/mac.h"
#include "common/wire.h"

struct link;
struct netlink;

/* A port, by its tap; the end of a cable; or a bridge. What is left of a port's alias, and of what
 * a list has no use for, the kernel knows: 10,000 ports take less than 1 MiB. */
struct port_table_entry {
	int ifindex;
	char name[IFNAME_SIZE];
	bool is_port;
	bool client; /* of a client, in its slot; one that is no port was never finished */
	bool own;    /* a bridge that netd made */
	int tap;     /* the end of a cable: whose, which may be gone; else 0 */
	int master;  /* ifindex of the bridge that the link is on; 0: none */
	/* Of a port. */
	bool up;
	uint32_t uid;
	uint16_t slot;
	uint16_t queues;
	uint8_t guest[MAC_SIZE]; /* zero if it learns */
	uint8_t host[MAC_SIZE];
	char label[WIRE_LABEL_SIZE];
};

/* Start with {0}. */
struct port_table {
	struct port_table_entry *entries; /* by ifindex, ascending */
	size_t n, room;
	bool whole; /* as far as announcements were heard, it is what the kernel has */
};

/* Take what the kernel says of a link that exists; one that is none of these, or not any more, is
 * none of the table's. Without memory for it the process ends. */
void port_table_take(struct port_table *table, const struct link *link);

/* A link is gone. */
void port_table_drop(struct port_table *table, int ifindex);

/* The entry of a link, NULL: none. It is good until the table changes. */
const struct port_table_entry *port_table_find(const struct port_table *table, int ifindex);

/* The end of a tap's cable that is on a bridge, NULL: there is none. */
const struct port_table_entry *port_table_cable(const struct port_table *table, int tap);

/* Ask the kernel about one link, gone or not. */
void port_table_ask(struct port_table *table, struct netlink *route, int ifindex);

/* Make it anew from all links. Returns 0, -EINTR: links changed meanwhile, it may lack some; or
 * another -errno. Only after 0 it is whole. */
int port_table_fill(struct port_table *table, struct netlink *route);

void port_table_free(struct port_table *table);

#endif
