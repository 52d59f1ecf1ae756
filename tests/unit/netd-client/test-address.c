/* SPDX-License-Identifier: MIT
 * Tests of launcher/netd-client/address.c. */
#include "launcher/netd-client/address.h"

#include <string.h>

#include "tests/unit/unit.h"

#define ONE "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static void test_which_bridges_are_shared(void **state)
{
	static const struct {
		const char *bridge;
		bool shared;
	} cases[] = {
		{"", false},
		{"ow-1000", false},
		{"ow-1000-2", false},
		{"ow-10001", true},
		{"ow-100", true},
		{"br-lab", true},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(address_is_shared(1000, cases[i].bridge), cases[i].shared);
}

static bool same(const char *machine, const char *other)
{
	uint8_t macs[2][MAC_SIZE] = {{0}};

	address_derive_on(1000, machine, "router", 0, macs[0]);
	address_derive_on(1000, other, "router", 0, macs[1]);
	assert_true(mac_in_space(macs[0], 1000) && mac_in_space(macs[1], 1000));
	return memcmp(macs[0], macs[1], MAC_SIZE) == 0;
}

static void test_hosts_have_addresses_of_their_own(void **state)
{
	(void)state;
	assert_false(same(ONE, OTHER));
	assert_false(same(ONE, ""));
	assert_true(same(ONE, ONE "\n"));
}

/* As on an image that is to be copied, see machine-id(5). */
static void test_a_host_without_an_id_has_no_part(void **state)
{
	static const char *const none[] = {
		"uninitialized\n", "\n", "0123\n", ONE "0", "0123456789ABCDEF0123456789ABCDEF"};
	uint8_t by_name[MAC_SIZE] = {0}, mac[MAC_SIZE] = {0};

	(void)state;
	mac_derive(1000, "router", 0, by_name);
	for (size_t i = 0; i < UNIT_COUNT(none); i++) {
		assert_true(same(none[i], ""));
		address_derive_on(1000, none[i], "router", 0, mac);
		assert_memory_equal(mac, by_name, MAC_SIZE);
	}
}

/* That of an own bridge is as it was before owrun knew of hosts. */
static void test_an_own_bridge_is_of_no_host(void **state)
{
	uint8_t by_name[MAC_SIZE] = {0}, mac[MAC_SIZE] = {0};

	(void)state;
	mac_derive(1000, "router", 1, by_name);
	address_derive(1000, "ow-1000", "router", 1, mac);
	assert_memory_equal(mac, by_name, MAC_SIZE);
	address_derive(1000, "", "router", 1, mac);
	assert_memory_equal(mac, by_name, MAC_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_bridges_are_shared),
		cmocka_unit_test(test_hosts_have_addresses_of_their_own),
		cmocka_unit_test(test_a_host_without_an_id_has_no_part),
		cmocka_unit_test(test_an_own_bridge_is_of_no_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
