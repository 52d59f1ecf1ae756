/* SPDX-License-Identifier: MIT
 * Tests of common/utf8.c. */
#include "common/utf8.h"

#include <string.h>

#include "tests/unit/unit.h"

/* Write a number as UTF-8 would have it, whether it is a character or not. Returns the bytes. */
static size_t encode(uint32_t number, size_t length, char ret_text[5])
{
	static const unsigned int marks[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = length - 1; i > 0; i--) {
		ret_text[i] = (char)(0x80 | (number & 0x3f));
		number >>= 6;
	}
	ret_text[0] = (char)(marks[length] | number);
	return length;
}

static void test_every_number_in_every_length(void **state)
{
	static const uint32_t ends[] = {0x80, 0x800, 0x10000, 0x200000};

	(void)state;
	for (size_t length = 1; length <= UNIT_COUNT(ends); length++) {
		uint32_t first = length == 1 ? 0 : ends[length - 2];

		for (uint32_t number = 0; number < ends[length - 1]; number++) {
			char text[5] = "";
			size_t n = encode(number, length, text);
			bool surrogate = number >= 0xd800 && number <= 0xdfff;
			bool character = number >= first && number <= 0x10ffff && !surrogate;

			assert_int_equal(utf8_length(text, n), character ? n : 0);
		}
	}
}

static void test_what_is_cut_or_goes_on_wrongly_is_no_character(void **state)
{
	static const char *const characters[] = {
		"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(characters); i++) {
		size_t length = strlen(characters[i]);

		assert_int_equal(utf8_length(characters[i], length + 1), length);
		for (size_t at = 1; at < length; at++) {
			char text[5] = "";

			assert_int_equal(utf8_length(characters[i], at), 0);
			memcpy(text, characters[i], length);
			text[at] = 'x';
			assert_int_equal(utf8_length(text, length), 0);
			text[at] = '\xc0';
			assert_int_equal(utf8_length(text, length), 0);
		}
	}
	for (int byte = 0x80; byte <= 0xff; byte++)
		assert_int_equal(utf8_length((char[]){(char)byte, 0}, 1), 0);
}

/* Whatever may still become a character is cut, and nothing else. */
static void test_cut(void **state)
{
	static const char *const none[] = {"\x80", "\xc0", "\xc1", "\xf5", "\xff", "\xe0\x9f",
		"\xed\xa0", "\xf0\x8f", "\xf4\x90", "\xe2\x82x", "\xf0\x9f\x98x", "\xc3\xa4"};

	(void)state;
	for (uint32_t number = 0; number <= 0x10ffff; number++) {
		size_t length = number < 0x80 ? 1 : number < 0x800 ? 2 : number < 0x10000 ? 3 : 4;
		char text[5] = "";

		if (number >= 0xd800 && number <= 0xdfff)
			continue;
		encode(number, length, text);
		for (size_t at = 1; at <= length; at++)
			assert_int_equal(utf8_is_cut(text, at), at < length);
	}
	for (size_t i = 0; i < UNIT_COUNT(none); i++)
		assert_false(utf8_is_cut(none[i], strlen(none[i])));
}

static void test_control_characters(void **state)
{
	(void)state;
	for (uint32_t number = 0; number < 0x800; number++) {
		char text[5] = "";
		size_t length = encode(number, number < 0x80 ? 1 : 2, text);
		bool control = number < 0x20 || (number >= 0x7f && number < 0xa0);

		assert_int_equal(utf8_is_control(text, length), control);
	}
	assert_false(utf8_is_control("\xe2\x82\xac", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number_in_every_length),
		cmocka_unit_test(test_what_is_cut_or_goes_on_wrongly_is_no_character),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
