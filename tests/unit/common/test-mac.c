/* SPDX-License-Identifier: MIT
 * Tests of common/mac.c. */
#include "common/mac.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_parse_valid(void **state)
{
	static const struct {
		const char *text;
		uint8_t mac[MAC_SIZE];
	} cases[] = {
		{"00:00:00:00:00:00", {0, 0, 0, 0, 0, 0}},
		{"02:00:00:03:e8:01", {0x02, 0, 0, 0x03, 0xe8, 0x01}},
		{"ff:FF:fF:Ff:ff:ff", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{"01:23:45:67:89:ab", {0x01, 0x23, 0x45, 0x67, 0x89, 0xab}},
		{"AB:CD:EF:ab:cd:ef", {0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef}},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		uint8_t mac[MAC_SIZE] = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a};

		assert_true(mac_parse(cases[i].text, mac));
		assert_memory_equal(mac, cases[i].mac, MAC_SIZE);
	}
}

static void test_parse_invalid(void **state)
{
	static const char *const texts[] = {"", "0", "02:00:00:03:e8",
		"02:00:00:03:e8:", "02:00:00:03:e8:0", "02:00:00:03:e8:011",
		"02:00:00:03:e8:01:", "02-00-00-03-e8-01", "020000:03:e8:0101", "g2:00:00:03:e8:01",
		"2g:00:00:03:e8:01", "02:00:00:03:e8:0/", "02:00:00:03:e8:0:", "02:00:00:03:e8:0@",
		"02:00:00:03:e8:0G", "02:00:00:03:e8:0`", " 2:00:00:03:e8:01", "+2:00:00:03:e8:01",
		"0x:00:00:03:e8:01", "02:00:00:03:e8:01 ", "02:00:00:03:e8 01",
		"02.00:00:03:e8:01"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		uint8_t mac[MAC_SIZE] = {1, 2, 3, 4, 5, 6};

		if (mac_parse(texts[i], mac))
			fail_msg("'%s' was accepted", texts[i]);
		assert_memory_equal(mac, ((uint8_t[]){1, 2, 3, 4, 5, 6}), MAC_SIZE);
	}
}

static void test_format_round_trip(void **state)
{
	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		const uint8_t mac[MAC_SIZE] = {(uint8_t)byte, 0, (uint8_t)~byte, 0xff, 0x0a, 0xa0};
		char text[MAC_TEXT_SIZE] = "", expected[MAC_TEXT_SIZE + 1] = "";
		uint8_t again[MAC_SIZE] = {0};

		mac_format(mac, text);
		snprintf(expected, sizeof(expected), "%02x:00:%02x:ff:0a:a0", mac[0], mac[2]);
		assert_string_equal(text, expected);
		assert_true(mac_parse(text, again));
		assert_memory_equal(mac, again, MAC_SIZE);
	}
}

/* Every first byte: multicast ones and netd's own are refused. */
static void test_valid_for_guest(void **state)
{
	static const uint8_t zero[MAC_SIZE];

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		const uint8_t mac[MAC_SIZE] = {(uint8_t)byte, 0, 0, 0, 0, 1};

		assert_int_equal(mac_valid_for_guest(mac), byte % 2 == 0 && byte != 0xfe);
	}
	assert_false(mac_valid_for_guest(zero));
}

/* Every first byte: locally administered, unicast, not netd's own. */
static void test_space_first_byte(void **state)
{
	unsigned int inside = 0;

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		const uint8_t mac[MAC_SIZE] = {(uint8_t)byte, 0x12, 0x34, 0x56, 0x78, 0xff};
		bool expected = byte % 4 == 2 && byte != 0xfe;

		assert_int_equal(mac_in_space(mac, 0x12345678), expected);
		inside += expected;
	}
	assert_int_equal(inside, 63);
}

static void test_space_uid(void **state)
{
	static const struct {
		const char *text;
		uint32_t uid;
		bool inside;
	} cases[] = {
		{"02:00:00:03:e8:00", 1000, true},
		{"fa:00:00:03:e8:ff", 1000, true},
		{"02:00:00:03:e9:00", 1000, false},
		{"02:00:00:04:e8:00", 1000, false},
		{"02:00:01:03:e8:00", 1000, false},
		{"02:01:00:03:e8:00", 1000, false},
		{"02:e8:03:00:00:00", 1000, false},
		{"02:00:00:00:00:00", 0, true},
		{"02:ff:ff:ff:ff:00", UINT32_MAX, true},
		{"fe:00:00:03:e8:00", 1000, false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		uint8_t mac[MAC_SIZE] = {0};

		assert_true(mac_parse(cases[i].text, mac));
		if (mac_in_space(mac, cases[i].uid) != cases[i].inside)
			fail_msg("'%s', uid %u", cases[i].text, cases[i].uid);
	}
}

/* Derived addresses lie in the space of their uid, whatever the hash. */
static void test_derive_space(void **state)
{
	static const uint32_t uids[] = {0, 1000, 65535, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(uids); i++)
		for (unsigned int vm = 0; vm < 5000; vm++) {
			uint8_t mac[MAC_SIZE] = {0};
			char name[16] = "";

			snprintf(name, sizeof(name), "vm%u", vm);
			mac_derive(uids[i], name, vm % 8, mac);
			assert_true(mac_in_space(mac, uids[i]));
			assert_true(mac_valid_for_guest(mac));
		}
}

/* VM names and NICs that differ give addresses that differ, by far mostly: 30 of them among 16128
 * addresses. */
static void test_derive_spread(void **state)
{
	uint8_t macs[30][MAC_SIZE] = {{0}};
	unsigned int equal = 0;

	(void)state;
	for (unsigned int i = 0; i < 30; i++) {
		char name[16] = "";

		snprintf(name, sizeof(name), "router%u", i / 3);
		mac_derive(1000, name, i % 3, macs[i]);
		for (unsigned int j = 0; j < i; j++)
			equal += memcmp(macs[i], macs[j], MAC_SIZE) == 0;
	}
	assert_in_range(equal, 0, 1);
}

/* The addresses of VMs that exist must not change with a new version. */
static void test_derive_stable(void **state)
{
	static const struct {
		const char *name;
		unsigned int nic;
		const char *text;
	} cases[] = {
		{"router", 0, "ca:00:00:03:e8:45"},
		{"router", 1, "0e:00:00:03:e8:d6"},
		{"a", 0, "32:00:00:03:e8:60"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		uint8_t mac[MAC_SIZE] = {0};
		char text[MAC_TEXT_SIZE] = "";

		mac_derive(1000, cases[i].name, cases[i].nic, mac);
		mac_format(mac, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_valid),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_format_round_trip),
		cmocka_unit_test(test_valid_for_guest),
		cmocka_unit_test(test_space_first_byte),
		cmocka_unit_test(test_space_uid),
		cmocka_unit_test(test_derive_space),
		cmocka_unit_test(test_derive_spread),
		cmocka_unit_test(test_derive_stable),
	};

	return cmocka_run_group_tests_name("mac", tests, NULL, NULL);
}
