/* SPDX-License-Identifier: MIT
 * Tests of netd/front/alias.c. */

#include <string.h>

#include "netd/front/alias.h"
#include "netd/port/alias.h"
#include "tests/unit/unit.h"

/* One character too many. */
#define LABEL_40 "0123456789012345678901234567890123456789"

static const struct alias locked = {
	.uid = 4294967294u,
	.bridge = "ow-4294967294",
	.guest = {0x02, 0, 0, 3, 0xe8, 1},
	.host = {0xfe, 1, 2, 3, 4, 5},
	.queues = 1,
	.ip = {0xfffefdfc, 30},
	.dhcp_server = true,
	.rate = 100000,
	.cable = true,
	.label = "a-label_of.the-longest-kind-0123456789x",
};

static void test_round_trip_locked(void **state)
{
	char text[LINK_ALIAS_SIZE] = "";
	struct alias read = {0};

	(void)state;
	alias_format(&locked, text);
	assert_string_equal(text,
		"owvm port uid=4294967294 bridge=ow-4294967294 guest=02:00:00:03:e8:01 "
		"host=fe:01:02:03:04:05 queues=1 ip=255.254.253.252/30 dhcp-server=yes "
		"rate=100000 cable=yes client=no label=a-label_of.the-longest-kind-0123456789x");
	assert_true(alias_parse(text, &read));
	assert_memory_equal(&read, &locked, sizeof(read));
}

static void test_round_trip_learning_without_label(void **state)
{
	struct alias learning = {.uid = 0, .bridge = "b", .learns = true, .queues = 16};
	char text[LINK_ALIAS_SIZE] = "";
	struct alias read = {0};

	(void)state;
	alias_format(&learning, text);
	assert_non_null(strstr(text, " guest=any "));
	assert_true(alias_parse(text, &read));
	assert_memory_equal(&read, &learning, sizeof(read));
}

/* A port of before has no limit and no cable; a bare one of now says so. */
static void test_parse_an_older_one(void **state)
{
	struct alias read = {.rate = 1, .cable = true};

	(void)state;
	assert_true(
		alias_parse("owvm port uid=1 bridge=b guest=any host=fe:01:02:03:04:05 queues=1 "
			    "ip=any dhcp-server=yes label=x",
			&read));
	assert_true(read.rate == 0 && !read.cable && read.dhcp_server);
	assert_true(
		alias_parse("owvm port uid=1 bridge=b guest=any host=fe:01:02:03:04:05 queues=1 "
			    "ip=any dhcp-server=yes rate=7 cable=no label=x",
			&read));
	assert_true(read.rate == 7 && !read.cable);
}

#define HOST "fe:01:02:03:04:05"
#define REST " queues=1 ip=any dhcp-server=no label="

static void test_parse_foreign(void **state)
{
	static const char *const texts[] = {
		"",
		"uplink to the lab",
		ALIAS_BRIDGE,
		ALIAS_BRIDGE_HOST,
		"owvm port ",
		"owvm port uid=1 bridge=b guest=any host=" HOST " queues=1 ip=any dhcp-server=no",
		"owvm port uid=1 bridge=b guest=any host=" HOST " queues=1 ip=any label=",
		"owvm port uid=1 bridge=b guest=any host=" HOST " queues=1 dhcp-server=no label=",
		"owvm port uid=-1 bridge=b guest=any host=" HOST REST,
		"owvm port uid=4294967296 bridge=b guest=any host=" HOST REST,
		"owvm port uid=1 bridge=sixteen-letters- guest=any host=" HOST REST,
		"owvm port uid=1 bridge=b guest=some host=" HOST REST,
		"owvm port uid=1 bridge=b guest=any host=fe:01:02:03:04" REST,
		"owvm port uid=1 bridge=b guest=any host=" HOST
		" queues=17 ip=any dhcp-server=no label=",
		"owvm port uid=1 bridge=b guest=any host=" HOST
		" queues=1 ip=1.2.3.4 dhcp-server=no label=",
		"owvm port uid=1 bridge=b guest=any host=" HOST
		" queues=1 ip=1.2.3.4/33 dhcp-server=no label=",
		"owvm port uid=1 bridge=b guest=any host=" HOST
		" queues=1 ip=any dhcp-server=no rate=-1 cable=yes label=",
		"owvm port uid=1 bridge=b guest=any host=" HOST
		" queues=1 ip=any dhcp-server=no rate=4294967296 cable=yes label=",
		"owvm port uid=1 bridge=b guest=any host=" HOST REST "a/b",
		("owvm port uid=1 bridge=b guest=any host=" HOST REST LABEL_40),
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct alias alias = {.uid = 77};

		assert_false(alias_parse(texts[i], &alias));
		assert_int_equal(alias.uid, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip_locked),
		cmocka_unit_test(test_round_trip_learning_without_label),
		cmocka_unit_test(test_parse_an_older_one),
		cmocka_unit_test(test_parse_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
