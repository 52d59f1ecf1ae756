/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/state.c: which forward leads to a port of the guest. */
#include "launcher/runtime/state.h"
#include "tests/unit/unit.h"

static void test_find_forward(void **state)
{
	static const struct {
		const char *forwards;
		uint16_t host; /* 0: none */
	} cases[] = {
		{"[\"127.0.0.1:1022:22\"]", 0},
		{"[\"127.0.0.1:1080:80/udp\"]", 0},
		{"[\"127.0.0.1:1080:80\"]", 1080},
		{"[\"wan:127.0.0.1:1080:80\"]", 1080},
		{"[\"wan:127.0.0.1:1080:80\", \"127.0.0.1:1081:80\"]", 1081},
		{"[\"127.0.0.1:1081:80\", \"wan:127.0.0.1:1080:80\"]", 1081},
		{"[\"127.0.0.1:1080:10.0.0.2:80\"]", 0},
		{"[\"127.0.0.1:1080:10.0.0.2:80\", \"127.0.0.1:1081:10.0.0.1:80\"]", 1081},
		{"[\"nonsense\"]", 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward found = {.host = 7, .guest = 80};
		json_t *noted = json_object();
		uint16_t host = cases[i].host;

		json_object_set_new(noted, "guest_address", json_string("10.0.0.1"));
		json_object_set_new(noted, "forwards", json_loads(cases[i].forwards, 0, NULL));
		assert_int_equal(state_find_forward(noted, 80, &found), host != 0);
		assert_int_equal(found.host, host == 0 ? 7 : host);
		json_decref(noted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_forward),
	};

	return cmocka_run_group_tests_name("state-forward", tests, NULL, NULL);
}
