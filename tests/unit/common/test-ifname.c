/* SPDX-License-Identifier: MIT
 * Tests of common/ifname.c. */
#include "common/ifname.h"

#include <string.h>

#include "tests/unit/unit.h"

static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

static void test_char_every(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		bool expected = c != '\0' && strchr(allowed, c) != NULL;

		assert_int_equal(ifname_char_valid((char)c), expected);
	}
}

/* Every byte, in the middle of a name. */
static void test_name_characters(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char name[3] = {'a', (char)c, 'b'};

		assert_int_equal(ifname_valid(name, 3), ifname_char_valid((char)c));
	}
}

static void test_name_valid(void **state)
{
	static const char *const names[] = {"a", "br-lab", "ow-1000", "0", "1000", "_", ".a", "a.",
		"...", "a-", "eth0.100", "All", "alla", "al", "defaults", "abcdefghijklmno"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		if (!ifname_valid(names[i], strlen(names[i])))
			fail_msg("'%s' was refused", names[i]);
}

static void test_name_invalid(void **state)
{
	static const char *const names[] = {"", "abcdefghijklmnop", "abcdefghijklmnopqrst", "-",
		"-a", ".", "..", "all", "default", "a/b", "a:b", "a b", "a\t", "a\n", "br%d", "a*",
		"a\x7f", "\xc3\xa4"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		if (ifname_valid(names[i], strlen(names[i])))
			fail_msg("'%s' was accepted", names[i]);
}

/* Only `length` bytes count, and no terminator is needed. */
static void test_name_length(void **state)
{
	static const char name[4] = {'a', 'l', 'l', 'o'};

	(void)state;
	assert_true(ifname_valid(name, 4));
	assert_false(ifname_valid(name, 3));
	assert_true(ifname_valid(name, 2));
	assert_false(ifname_valid(name, 0));
}

static void test_slot_format(void **state)
{
	char name[IFNAME_SIZE] = "";

	(void)state;
	ifname_slot_format(0, 0, name);
	assert_string_equal(name, "ow0t0");
	ifname_slot_format(1000, 7, name);
	assert_string_equal(name, "ow1000t7");
	ifname_slot_format(UINT32_MAX, IFNAME_SLOT_MAX - 1, name);
	assert_string_equal(name, "ow4294967295t99");
	assert_true(ifname_valid(name, strlen(name)));
}

static void test_slot_parse_every_slot(void **state)
{
	static const uint32_t uids[] = {0, 1, 9, 10, 1000, 65534, 100000, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(uids); i++)
		for (unsigned int slot = 0; slot < IFNAME_SLOT_MAX; slot++) {
			char name[IFNAME_SIZE] = "";
			uint32_t ret_uid = ~uids[i];
			unsigned int ret_slot = ~slot;

			ifname_slot_format(uids[i], slot, name);
			assert_true(ifname_slot_parse(name, &ret_uid, &ret_slot));
			assert_int_equal(ret_uid, uids[i]);
			assert_int_equal(ret_slot, slot);
		}
}

static void test_slot_parse_invalid(void **state)
{
	static const char *const names[] = {"", "o", "ow", "owt", "ow1", "ow1t", "owt1", "ow1t100",
		"ow01t1", "ow1t01", "ow1t00", "ow-1t1", "ow1t-1", "ow1t1t1", "ow1t1 ", "ow 1t1",
		"Ow1t1", "oW1t1", "ow1T1", "xow1t1", "ow4294967296t0", "ow-1000", "ow1000b7",
		"eth0"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		uint32_t uid = 4711;
		unsigned int slot = 4712;

		if (ifname_slot_parse(names[i], &uid, &slot))
			fail_msg("'%s' was accepted", names[i]);
		assert_int_equal(uid, 4711);
		assert_int_equal(slot, 4712);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_char_every),
		cmocka_unit_test(test_name_characters),
		cmocka_unit_test(test_name_valid),
		cmocka_unit_test(test_name_invalid),
		cmocka_unit_test(test_name_length),
		cmocka_unit_test(test_slot_format),
		cmocka_unit_test(test_slot_parse_every_slot),
		cmocka_unit_test(test_slot_parse_invalid),
	};

	return cmocka_run_group_tests_name("ifname", tests, NULL, NULL);
}
