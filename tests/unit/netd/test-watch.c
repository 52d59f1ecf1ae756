/* SPDX-License-Identifier: MIT
 * Tests of netd/front/watch-drift.c and watch-table.c. */
#include <string.h>

#include "netd/front/alias.h"
#include "netd/front/watch-drift.h"
#include "netd/front/watch-table.h"
#include "netd/kernel/link.h"
#include "tests/unit/unit.h"

#define START 1000

static const struct alias bare = {
	.uid = 1000, .bridge = "br-lab", .host = {0xfe, 1, 2, 3, 4, 5}, .queues = 2};
static const struct link sound = {
	.mac = {0xfe, 1, 2, 3, 4, 5}, .tun = {.queues = 1, .disabled = 1}};

static void test_what_drifted(void **state)
{
	struct alias cable = bare;
	struct link link = sound;

	(void)state;
	cable.cable = true;
	assert_int_equal(watch_drift_judge(&link, &bare), WATCH_NONE);
	link.tun.queues++;
	assert_int_equal(watch_drift_judge(&link, &bare), WATCH_QUEUES);
	link.mac[5]++;
	assert_int_equal(watch_drift_judge(&link, &bare), WATCH_MAC);
	/* Behind a cable that is its holder's own affair. */
	assert_int_equal(watch_drift_judge(&link, &cable), WATCH_NONE);
	link.tun.persist = true;
	assert_int_equal(watch_drift_judge(&link, &bare), WATCH_PERSISTENT);
	assert_int_equal(watch_drift_judge(&link, &cable), WATCH_PERSISTENT);
}

static void test_each_drift_has_words(void **state)
{
	static const struct {
		enum watch_drift drift;
		const char *text;
	} cases[] = {
		{WATCH_NONE, ""},
		{WATCH_PERSISTENT, "it was made persistent"},
		{WATCH_MAC, "its address became fe:01:02:03:04:05 (was fe:01:02:03:04:05)"},
		{WATCH_QUEUES, "it has 2 queues (not 2)"},
		{WATCH_BRIDGE, "it was moved to another bridge"},
		{WATCH_EVENTS, "it changed more than 200 times a second"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char text[WATCH_DRIFT_SIZE] = "";

		watch_drift_describe(cases[i].drift, &sound, &bare, text);
		assert_string_equal(text, cases[i].text);
	}
}

static unsigned int left(const struct watch_table *table, uint32_t uid, int64_t now, bool misused)
{
	bool why = false;
	unsigned int seconds = watch_table_left(table, uid, now, &why);

	if (seconds > 0)
		assert_int_equal(why, misused);
	return seconds;
}

static void test_a_misuse_costs_a_minute(void **state)
{
	static struct watch_table table;

	(void)state;
	table = (struct watch_table){.links = {{.ifindex = 0}}};
	assert_int_equal(left(&table, 0, START, true), 0);
	watch_table_punish(&table, 0, START);
	assert_int_equal(left(&table, 0, START, true), 60);
	assert_int_equal(left(&table, 0, START + 59001, true), 1);
	assert_int_equal(left(&table, 0, START + WATCH_COOLDOWN, true), 0);
	assert_int_equal(left(&table, 1, START, true), 0);
	/* What is lost during it makes it no shorter, nor another one. */
	for (int i = 0; i < 100; i++)
		watch_table_lose(&table, 0, START + 30000);
	assert_int_equal(left(&table, 0, START + 30000, true), 30);
}

static void lose(struct watch_table *table, uint32_t uid, unsigned int n, int64_t now)
{
	for (unsigned int i = 0; i < n; i++)
		watch_table_lose(table, uid, now);
}

static void test_so_many_ports_can_be_lost_in_a_minute(void **state)
{
	static struct watch_table table;

	(void)state;
	table = (struct watch_table){.links = {{.ifindex = 0}}};
	lose(&table, 1000, WATCH_LOST_MAX, START);
	assert_int_equal(left(&table, 1000, START, false), 0);
	lose(&table, 1000, 1, START + 20000);
	assert_int_equal(left(&table, 1000, START + 20000, false), 40);
	assert_int_equal(left(&table, 1001, START + 20000, false), 0);
	assert_int_equal(left(&table, 1000, START + WATCH_COOLDOWN, false), 0);
	/* Anew. */
	lose(&table, 1000, WATCH_LOST_MAX, START + WATCH_COOLDOWN);
	assert_int_equal(left(&table, 1000, START + WATCH_COOLDOWN, false), 0);
	/* A misuse that is proved counts, also for who waits already. */
	lose(&table, 1000, 1, START + WATCH_COOLDOWN);
	watch_table_punish(&table, 1000, START + WATCH_COOLDOWN + 1000);
	assert_int_equal(left(&table, 1000, START + WATCH_COOLDOWN + 1000, true), 60);
}

static void test_users_who_only_lost_a_port_push_nobody_out(void **state)
{
	static struct watch_table table;

	(void)state;
	table = (struct watch_table){.links = {{.ifindex = 0}}};
	watch_table_punish(&table, 5, START);
	for (uint32_t uid = 1000; uid < 2000; uid++)
		watch_table_lose(&table, uid, START);
	assert_int_equal(left(&table, 5, START, true), 60);
	/* Where all places are of refused users, whoever has waited longest is let go. */
	for (uint32_t uid = 1000; uid < 1000 + WATCH_USERS; uid++)
		watch_table_punish(&table, uid, START + 1 + uid);
	assert_int_equal(left(&table, 5, START + 3000, true), 0);
	assert_int_equal(left(&table, 1000, START + 3000, true), 59);
}

static void test_a_link_is_found_without_counting(void **state)
{
	static struct watch_table table;
	struct watch_link *link = NULL;

	(void)state;
	table = (struct watch_table){.links = {{.ifindex = 0}}};
	link = watch_table_count(&table, 7, START);
	assert_int_equal(link->events, 1);
	assert_ptr_equal(watch_table_find(&table, 7, START), link);
	assert_int_equal(link->events, 1);
	for (int i = 0; i < WATCH_EVENTS_MAX; i++) {
		assert_false(watch_table_floods(link));
		watch_table_count(&table, 7, START);
	}
	assert_true(watch_table_floods(link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_drifted),
		cmocka_unit_test(test_each_drift_has_words),
		cmocka_unit_test(test_a_misuse_costs_a_minute),
		cmocka_unit_test(test_so_many_ports_can_be_lost_in_a_minute),
		cmocka_unit_test(test_users_who_only_lost_a_port_push_nobody_out),
		cmocka_unit_test(test_a_link_is_found_without_counting),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
