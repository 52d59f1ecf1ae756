/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/lan.c: what the options of `owrun lan` take. */
#include "launcher/options/lan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "tests/unit/unit.h"

static void test_addresses(void **state)
{
	static const struct {
		const char *value;
		bool no_dhcp;
		struct cidr address;
	} cases[] = {
		{"dhcp", false, {0}},
		{"none", true, {0}},
		{"192.168.1.9/24", true, {0xc0a80109, 24}},
		{"10.0.0.1/32", true, {0x0a000001, 32}},
	};
	struct options options = {0};

	(void)state;
	/* Each replaces the one before. */
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		OWNED_MEMORY char *error = NULL;

		assert_int_equal(options_set_address(&options, cases[i].value, &error), 0);
		assert_int_equal(options.no_dhcp, cases[i].no_dhcp);
		assert_memory_equal(&options.address, &cases[i].address, sizeof(options.address));
	}
}

static void test_what_is_no_address(void **state)
{
	static const char *const values[] = {"", "DHCP", "192.168.1.9", "192.168.1.9/0",
		"192.168.1.9/33", "192.168.1/24", "::1/64", "any", " none"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(values); i++) {
		OWNED_MEMORY char *error = NULL;
		struct options options = {0};

		assert_int_equal(options_set_address(&options, values[i], &error), -EINVAL);
		assert_non_null(strstr(error, "neither 'dhcp' nor 'none'"));
	}
}

static void test_names_of_interfaces(void **state)
{
	static const char *const none[] = {"", "a/b", "a b", "..", "all", "-a", "sixteen-letters-"};
	OWNED_MEMORY char *error = NULL;
	struct options options = {0};

	(void)state;
	assert_int_equal(options_set_interface(&options, "lan0", &error), 0);
	assert_string_equal(options.interface, "lan0");
	for (size_t i = 0; i < UNIT_COUNT(none); i++) {
		assert_int_equal(options_set_interface(&options, none[i], &error), -EINVAL);
		assert_string_equal(options.interface, "lan0");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_what_is_no_address),
		cmocka_unit_test(test_names_of_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
