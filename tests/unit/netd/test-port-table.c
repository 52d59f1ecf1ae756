/* SPDX-License-Identifier: MIT
 * Tests of netd/front/port-table.c. */
#include "netd/front/port-table.h"

#include <stdio.h>
#include <string.h>

#include "netd/front/alias.h"
#include "tests/unit/unit.h"

#define BRIDGE 5
#define MANY 10000
#define UIDS 100 /* of MANY ports, as many slots each */

static const uint8_t guest[MAC_SIZE] = {2, 0, 0, 3, 0xe8, 1};
static const uint8_t host[MAC_SIZE] = {0xfe, 1, 2, 3, 4, 5};

/* As the kernel tells of a port that netd armed. */
static struct link port(int ifindex, uint32_t uid, unsigned int slot, const char *label)
{
	struct link link = {.ifindex = ifindex, .kind = "tun", .up = true, .master = BRIDGE};
	struct alias alias = {.uid = uid, .bridge = "br-lab", .queues = 3};

	memcpy(alias.guest, guest, MAC_SIZE);
	memcpy(alias.host, host, MAC_SIZE);
	snprintf(alias.label, sizeof(alias.label), "%s", label);
	alias_format(&alias, link.alias);
	ifname_slot_format(uid, slot, link.name);
	return link;
}

static struct link bridge(int ifindex, const char *name, uint32_t group)
{
	struct link link = {.ifindex = ifindex, .kind = "bridge", .up = true, .group = group};

	snprintf(link.name, sizeof(link.name), "%s", name);
	return link;
}

/* The end of a tap's cable that is on a bridge, as netd armed it. */
static struct link cable(int ifindex, int tap, int master)
{
	struct link link = {
		.ifindex = ifindex, .kind = "veth", .up = true, .master = master, .peer = 99};

	snprintf(link.name, sizeof(link.name), "owvmb%d", tap);
	return link;
}

static void take_port(struct port_table *table, int ifindex, uint32_t uid, unsigned int slot)
{
	struct link link = port(ifindex, uid, slot, "box");

	port_table_take(table, &link);
}

static void assert_in_order(const struct port_table *table)
{
	for (size_t i = 1; i < table->n; i++)
		assert_true(table->entries[i - 1].ifindex < table->entries[i].ifindex);
}

static void test_a_port_is_what_its_link_and_its_alias_say(void **state)
{
	struct port_table table = {.n = 0};
	struct link link = port(7, 1000, 42, "router");
	const struct port_table_entry *entry = NULL;

	(void)state;
	port_table_take(&table, &link);
	entry = port_table_find(&table, 7);
	assert_non_null(entry);
	assert_true(entry->is_port && entry->up && !entry->own);
	assert_string_equal(entry->name, "ow1000t42");
	assert_int_equal(entry->master, BRIDGE);
	assert_int_equal(entry->uid, 1000);
	assert_int_equal(entry->slot, 42);
	assert_int_equal(entry->queues, 3);
	assert_memory_equal(entry->guest, guest, MAC_SIZE);
	assert_memory_equal(entry->host, host, MAC_SIZE);
	assert_string_equal(entry->label, "router");
	assert_null(port_table_find(&table, 6));
	assert_null(port_table_find(&table, 8));
	port_table_free(&table);
}

static void test_bridges_are_there_by_name_and_whose_they_are(void **state)
{
	struct port_table table = {.n = 0};
	struct link lab = bridge(BRIDGE, "br-lab", 0), own = bridge(6, "ow-1", LINK_GROUP_BRIDGE);

	(void)state;
	port_table_take(&table, &lab);
	port_table_take(&table, &own);
	assert_false(port_table_find(&table, BRIDGE)->own);
	assert_true(port_table_find(&table, 6)->own);
	snprintf(lab.name, sizeof(lab.name), "br-new");
	port_table_take(&table, &lab);
	assert_string_equal(port_table_find(&table, BRIDGE)->name, "br-new");
	assert_false(port_table_find(&table, BRIDGE)->is_port);
	assert_int_equal(table.n, 2);
	port_table_free(&table);
}

static void test_what_is_no_port_is_not_there(void **state)
{
	struct port_table table = {.n = 0};
	struct link links[] = {port(1, 1000, 0, ""), port(2, 1000, 1, ""), port(3, 1000, 2, ""),
		port(4, 1000, 3, ""), port(5, 1000, 4, "")};

	(void)state;
	/* Not armed; another name; another kind; the alias of another user; a broken one. */
	links[0].alias[0] = '\0';
	snprintf(links[1].name, sizeof(links[1].name), "tap0");
	snprintf(links[2].kind, sizeof(links[2].kind), "veth");
	snprintf(links[3].name, sizeof(links[3].name), "ow1001t3");
	*strstr(links[4].alias, " label=") = '_';
	for (size_t i = 0; i < UNIT_COUNT(links); i++)
		port_table_take(&table, &links[i]);
	assert_int_equal(table.n, 0);
	port_table_free(&table);
}

static void test_a_cable_is_found_by_its_tap(void **state)
{
	struct port_table table = {.n = 0};
	/* Made at once; made while others made theirs; one whose tap is gone. */
	struct link cables[] = {cable(8, 7, BRIDGE), cable(3, 9, BRIDGE), cable(12, 11, 0)};

	(void)state;
	take_port(&table, 7, 1000, 0);
	take_port(&table, 9, 1000, 1);
	for (size_t i = 0; i < UNIT_COUNT(cables); i++)
		port_table_take(&table, &cables[i]);
	assert_int_equal(table.n, 5);
	assert_in_order(&table);
	assert_int_equal(port_table_cable(&table, 7)->ifindex, 8);
	assert_int_equal(port_table_cable(&table, 7)->master, BRIDGE);
	assert_int_equal(port_table_cable(&table, 9)->ifindex, 3);
	assert_int_equal(port_table_cable(&table, 11)->ifindex, 12);
	assert_null(port_table_find(&table, 11));
	assert_null(port_table_cable(&table, 8));
	assert_false(port_table_find(&table, 8)->is_port);
	/* Off its bridge, then gone. */
	cables[0].master = 0;
	port_table_take(&table, &cables[0]);
	assert_int_equal(port_table_cable(&table, 7)->master, 0);
	port_table_drop(&table, 8);
	assert_null(port_table_cable(&table, 7));
	port_table_free(&table);
}

static void test_what_is_no_cable_is_not_there(void **state)
{
	static const char *const names[] = {"owvmb", "owvmb-7", "owvmb7x", "owvmb07x", "owvmc7",
		"owvmb0", "owvmb4294967295", "owvm7"};
	struct port_table table = {.n = 0};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		struct link link = cable(8, 7, BRIDGE);

		snprintf(link.name, sizeof(link.name), "%s", names[i]);
		port_table_take(&table, &link);
		if (table.n != 0)
			fail_msg("%s", names[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		struct link link = cable(8, 7, BRIDGE);

		snprintf(link.kind, sizeof(link.kind), "%s", i == 0 ? "tun" : "dummy");
		port_table_take(&table, &link);
	}
	assert_int_equal(table.n, 0);
	port_table_free(&table);
}

static void test_a_port_comes_changes_and_goes(void **state)
{
	struct port_table table = {.n = 0};
	struct link link = port(9, 1000, 0, "one");

	(void)state;
	take_port(&table, 8, 1000, 1);
	take_port(&table, 10, 1000, 2);
	port_table_take(&table, &link);
	link = port(9, 1001, 7, "two");
	link.up = false;
	link.master = 0;
	port_table_take(&table, &link);
	assert_int_equal(table.n, 3);
	assert_string_equal(port_table_find(&table, 9)->name, "ow1001t7");
	assert_string_equal(port_table_find(&table, 9)->label, "two");
	assert_int_equal(port_table_find(&table, 9)->uid, 1001);
	assert_false(port_table_find(&table, 9)->up);
	assert_int_equal(port_table_find(&table, 9)->master, 0);
	/* Renamed by an administrator: no port any more. */
	snprintf(link.name, sizeof(link.name), "eth7");
	port_table_take(&table, &link);
	assert_null(port_table_find(&table, 9));
	port_table_drop(&table, 9);
	port_table_drop(&table, 8);
	port_table_drop(&table, 11);
	assert_int_equal(table.n, 1);
	assert_string_equal(port_table_find(&table, 10)->name, "ow1000t2");
	port_table_free(&table);
}

/* Every second from below and the rest from above, and every third goes. */
static void test_very_many_links_take_less_than_a_mebibyte(void **state)
{
	struct port_table table = {.n = 0};
	size_t left = 0;

	(void)state;
	for (int i = 0; i < MANY; i += 2)
		take_port(&table, 1 + i, 1000 + (uint32_t)(i / UIDS), (unsigned int)(i % UIDS));
	for (int i = MANY - 1; i > 0; i -= 2)
		take_port(&table, 1 + i, 1000 + (uint32_t)(i / UIDS), (unsigned int)(i % UIDS));
	assert_int_equal(table.n, MANY);
	assert_in_order(&table);
	/* What is not used of the room was never touched. */
	assert_true(table.n * sizeof(*table.entries) < 1024 * 1024);
	assert_true(table.room <= 2 * MANY);
	for (int i = 0; i < MANY; i += 3)
		port_table_drop(&table, 1 + i);
	assert_in_order(&table);
	for (int i = 0; i < MANY; i++) {
		const struct port_table_entry *entry = port_table_find(&table, 1 + i);

		assert_int_equal(entry == NULL, i % 3 == 0);
		assert_true(entry == NULL || entry->slot == i % UIDS);
		left += entry != NULL;
	}
	assert_int_equal(table.n, left);
	port_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_port_is_what_its_link_and_its_alias_say),
		cmocka_unit_test(test_bridges_are_there_by_name_and_whose_they_are),
		cmocka_unit_test(test_what_is_no_port_is_not_there),
		cmocka_unit_test(test_a_cable_is_found_by_its_tap),
		cmocka_unit_test(test_what_is_no_cable_is_not_there),
		cmocka_unit_test(test_a_port_comes_changes_and_goes),
		cmocka_unit_test(test_very_many_links_take_less_than_a_mebibyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
