/* SPDX-License-Identifier: MIT
 * The ports and bridges of the host, as the kernel told of them. */
#include "netd/front/port-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netd/front/alias.h"
#include "netd/front/links.h"
#include "netd/kernel/link.h"
#include "netd/kernel/netlink.h"
#include "netd/kernel/pair.h"

#define ROOM_MIN 32 /* entries */

/* Where the link is, or would be. */
static size_t place(const struct port_table *table, int ifindex)
{
	size_t low = 0, high = table->n;

	/* New links mostly have the highest index. */
	if (high == 0 || table->entries[high - 1].ifindex < ifindex)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->entries[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct port_table *table, size_t at, int ifindex)
{
	return at < table->n && table->entries[at].ifindex == ifindex;
}

/* False: it is none of the table's. */
static bool describe(const struct link *link, struct port_table_entry *ret_entry)
{
	struct port_table_entry entry = {.ifindex = link->ifindex,
		.own = link_is_own_bridge(link),
		.client = link->group == LINK_GROUP_CLIENT,
		.tap = pair_tap(link),
		.master = link->master};
	struct alias alias = {0};
	unsigned int slot = 0;

	memcpy(entry.name, link->name, IFNAME_SIZE);
	entry.is_port = alias_parse_port(link, &alias, &slot);
	if (entry.is_port) {
		entry.up = link->up;
		entry.uid = alias.uid;
		entry.slot = (uint16_t)slot;
		entry.queues = (uint16_t)alias.queues;
		memcpy(entry.guest, alias.guest, MAC_SIZE);
		memcpy(entry.host, alias.host, MAC_SIZE);
		memcpy(entry.label, alias.label, WIRE_LABEL_SIZE);
	}
	*ret_entry = entry;
	return entry.is_port || entry.client || entry.tap > 0 || strcmp(link->kind, "bridge") == 0;
}

static void make_room(struct port_table *table)
{
	if (table->n < table->room)
		return;
	table->room = table->room == 0 ? ROOM_MIN : 2 * table->room;
	table->entries =
		netlink_must(reallocarray(table->entries, table->room, sizeof(*table->entries)));
}

void port_table_take(struct port_table *table, const struct link *link)
{
	struct port_table_entry entry = {0};
	size_t at = place(table, link->ifindex);

	if (!describe(link, &entry)) {
		port_table_drop(table, link->ifindex);
		return;
	}
	if (!is_at(table, at, link->ifindex)) {
		make_room(table);
		memmove(&table->entries[at + 1], &table->entries[at],
			(table->n - at) * sizeof(*table->entries));
		table->n++;
	}
	table->entries[at] = entry;
}

void port_table_drop(struct port_table *table, int ifindex)
{
	size_t at = place(table, ifindex);

	if (!is_at(table, at, ifindex))
		return;
	table->n--;
	memmove(&table->entries[at], &table->entries[at + 1],
		(table->n - at) * sizeof(*table->entries));
}

const struct port_table_entry *port_table_find(const struct port_table *table, int ifindex)
{
	size_t at = place(table, ifindex);

	return is_at(table, at, ifindex) ? &table->entries[at] : NULL;
}

const struct port_table_entry *port_table_cable(const struct port_table *table, int tap)
{
	size_t start = place(table, tap);

	/* It was made next. */
	for (size_t i = 0; i < table->n; i++) {
		const struct port_table_entry *entry = &table->entries[(start + i) % table->n];

		if (entry->tap == tap)
			return entry;
	}
	return NULL;
}

void port_table_ask(struct port_table *table, struct netlink *route, int ifindex)
{
	struct link link = {0};
	int error = link_get(route, ifindex, &link);

	if (error == 0)
		port_table_take(table, &link);
	else if (error == -ENODEV)
		port_table_drop(table, ifindex);
}

static void take_one(const struct link *link, void *context)
{
	port_table_take(context, link);
}

int port_table_fill(struct port_table *table, struct netlink *route)
{
	int error = 0;

	table->n = 0;
	error = links_each(route, "tun", take_one, table);
	if (error == 0)
		error = links_each(route, "veth", take_one, table);
	if (error == 0)
		error = links_each(route, "bridge", take_one, table);
	table->whole = error == 0;
	return error;
}

void port_table_free(struct port_table *table)
{
	free(table->entries);
	*table = (struct port_table){.n = 0};
}
