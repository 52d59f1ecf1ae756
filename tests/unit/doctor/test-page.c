/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/page.c; whether a page answers is tried end to end. */
#include "launcher/doctor/page.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

static void test_forwards(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1:8080/", "http://10.0.0.1/", NULL};
	json_t *noted = json_pack("{s:[s,s,s,s,i,s]}", "forwards", "127.0.0.1:2222:22",
		"127.0.0.1:80:80/udp", "0.0.0.0:8080:80", "nonsense", 5, "10.0.0.1:80:80");

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(urls); i++) {
		struct page page = {0};
		bool found = page_by_forward(noted, i, &page);
		char *url = found ? page_url(&page) : NULL;

		assert_int_equal(found, urls[i] != NULL);
		if (found)
			assert_string_equal(url, urls[i]);
		free(url);
	}
	json_decref(noted);
}

/* This host has no such link. */
static void test_bridge(void **state)
{
	static const char *const lans[] = {
		"user", "none", "", "none-such0", "a-name-that-is-too-long"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lans); i++) {
		json_t *noted =
			json_pack("{s:s, s:s}", "lan", lans[i], "guest_address", "192.168.1.1");
		struct page page = {0};

		assert_false(page_by_bridge(noted, &page));
		json_decref(noted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forwards),
		cmocka_unit_test(test_bridge),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
