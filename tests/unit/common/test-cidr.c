/* SPDX-License-Identifier: MIT
 * Tests of common/cidr.c. */
#include "common/cidr.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *text;
	struct cidr cidr;
	uint32_t mask;
} valid[] = {
	{"192.0.2.1/24", {0xc0000201, 24}, 0xffffff00},
	{"192.0.2.0/24", {0xc0000200, 24}, 0xffffff00},
	{"10.0.0.0/8", {0x0a000000, 8}, 0xff000000},
	{"0.0.0.0/1", {0, 1}, 0x80000000},
	{"0.0.0.0/32", {0, 32}, 0xffffffff},
	{"255.255.255.255/32", {0xffffffff, 32}, 0xffffffff},
	{"255.255.255.255/1", {0xffffffff, 1}, 0x80000000},
	{"1.2.3.4/31", {0x01020304, 31}, 0xfffffffe},
	{"128.0.0.10/9", {0x8000000a, 9}, 0xff800000},
};

/* Parse a copy that ends where the text ends, so that a sanitizer sees any byte too far. */
static bool parse(const char *text, size_t length, struct cidr *ret_cidr)
{
	char *copy = malloc(length > 0 ? length : 1);
	bool parsed = false;

	assert_non_null(copy);
	memcpy(copy, text, length);
	parsed = cidr_parse(copy, length, ret_cidr);
	free(copy);
	return parsed;
}

static void test_parse_and_format_are_inverse(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(valid); i++) {
		struct cidr cidr = {0};
		char text[CIDR_TEXT_SIZE] = "";

		assert_true(parse(valid[i].text, strlen(valid[i].text), &cidr));
		assert_int_equal(cidr.address, valid[i].cidr.address);
		assert_int_equal(cidr.prefix, valid[i].cidr.prefix);
		cidr_format(&cidr, text);
		assert_string_equal(text, valid[i].text);
	}
}

static void test_mask(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(valid); i++)
		assert_int_equal(cidr_mask(&valid[i].cidr), valid[i].mask);
	for (unsigned int prefix = 1; prefix <= 32; prefix++) {
		const struct cidr cidr = {.prefix = prefix};
		uint32_t rest = ~cidr_mask(&cidr);

		/* ones, then zeros, and as many ones as the prefix says */
		assert_int_equal(rest & (rest + 1), 0);
		assert_int_equal((uint64_t)rest + 1, UINT64_C(1) << (32 - prefix));
	}
}

static void test_parse_invalid(void **state)
{
	static const char *const cases[] = {"", "/", "1", "1.2.3.4", "1.2.3.4/", "1.2.3.4/0",
		"0.0.0.0/0", "1.2.3.4/33", "1.2.3.4/032", "1.2.3.4/08", "1.2.3.4/256",
		"1.2.3.4/4294967304", "1.2.3.4/-8", "1.2.3.4/+8", "1.2.3.4/ 8", "1.2.3.4/8 ",
		"1.2.3.4/8x", "1.2.3.4/8/8", "1.2.3.4/0x8", "1.2.3.4/255.0.0.0", " 1.2.3.4/8",
		"1.2.3/8", "1.2.3./8", "1.2..4/8", ".2.3.4/8", "1.2.3.4.5/8", "1.2.3.256/8",
		"256.2.3.4/8", "1.2.3.999999999999/8", "1.2.3.04/8", "01.2.3.4/8", "1.2.3.0x4/8",
		"1.2.3.a/8", "1.2.3.-4/8", "1,2,3,4/8", "1.2.3.4\\8", "::1/64", "2001:db8::1/64",
		"::ffff:1.2.3.4/96", "localhost/8"};
	static const struct cidr untouched = {0xabcdef, 5};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct cidr cidr = untouched;

		if (parse(cases[i], strlen(cases[i]), &cidr))
			fail_msg("'%s' was read", cases[i]);
		assert_memory_equal(&cidr, &untouched, sizeof(cidr));
	}
}

/* Every part of a text is none, but where what is cut off is the end of a number. */
static void test_parse_takes_all_bytes_and_no_more(void **state)
{
	static const char text[] = "192.0.2.1/24/8\0009";
	struct cidr cidr = {0};

	(void)state;
	for (size_t length = 0; length < sizeof(text) - 1; length++) {
		bool whole = length == strlen("192.0.2.1/2") || length == strlen("192.0.2.1/24");

		assert_int_equal(parse(text, length, &cidr), whole);
	}
	assert_int_equal(cidr.prefix, 24);
	/* a NUL ends no number */
	assert_false(parse("192.0.2.1/24\0", 13, &cidr));
	assert_false(parse("192.0.2\0.1/24", 13, &cidr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_format_are_inverse),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_parse_takes_all_bytes_and_no_more),
	};

	return cmocka_run_group_tests_name("cidr", tests, NULL, NULL);
}
