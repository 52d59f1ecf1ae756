/* SPDX-License-Identifier: MIT
 * Tests of launcher/download/usign.c. */
#include "launcher/download/usign.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define KEY_24 "RWTTEMbygz6X95lKDAulctZy3aj15823THXfyrfXgwGbxZlXBd2brNcw"
#define COMMENT "untrusted comment: x\n"

static bool reads(const char *text)
{
	struct usign_key key = {0};

	return usign_read_key(text, strlen(text), &key);
}

static void test_files(void **state)
{
	static const char *const wrong[] = {"", "\n", COMMENT, "untrusted comment: x", "x" KEY_24,
		KEY_24 "A", KEY_24 "\n\n", KEY_24 "\n" KEY_24, "\n" KEY_24, COMMENT COMMENT KEY_24,
		/* another algorithm; too short; too long */
		"QQ" KEY_24, "RWTTEMbygz6X95lKDAulctZy3aj15823THXfyrfXgwGbxZlXBd2brA==",
		"RWTTEMbygz6X95lKDAulctZy3aj15823THXfyrfXgwGbxZlXBd2brNcwAAAA"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		if (reads(wrong[i]))
			fail_msg("%s", wrong[i]);
	assert_true(reads(KEY_24));
	assert_true(reads(KEY_24 "\n"));
	assert_true(reads(COMMENT KEY_24 "\n"));
	assert_true(reads(COMMENT KEY_24 "\r\n"));
}

/* The number of each key of OpenWrt's, as its public list has them. */
static void test_the_keys_of_releases(void **state)
{
	static const struct {
		const char *version, *number;
		bool known;
	} cases[] = {
		{"24.10.0", "d310c6f2833e97f7", true},
		{"24.10", "d310c6f2833e97f7", true},
		{"24.100.0", "d310c6f2833e97f7", false},
		{"23.05.5", "d310c6f2833e97f7", false},
		{"23.05.5", "b5043e70f9a75cde", true},
		{"snapshot", "b5043e70f9a75cde", true},
		{"22.03.7", "4d017e6f1ed5d616", true},
		{"21.02.7", "2f8b0b98e08306bf", true},
		{"19.07.10", "f94b9dd6febac963", true},
		{"19.07.10", "0000000000000000", false},
		{"18.06.9", "f94b9dd6febac963", false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		uint8_t number[USIGN_NUMBER_SIZE] = {0};
		char text[USIGN_NUMBER_TEXT_SIZE] = "";
		struct usign_key key = {0};

		assert_int_equal(sodium_hex2bin(number, sizeof(number), cases[i].number, 16, NULL,
					 NULL, NULL),
			0);
		if (usign_find_key(cases[i].version, number, &key) != cases[i].known)
			fail_msg("%s %s", cases[i].version, cases[i].number);
		usign_format(cases[i].known ? key.number : number, text);
		assert_string_equal(text, cases[i].number);
	}
}

static void test_check(void **state)
{
	static const char data[] = "what is signed";
	unsigned char secret[crypto_sign_SECRETKEYBYTES] = {0};
	struct usign_key key = {.number = {1}};
	struct usign_signature signature = {.number = {1}};

	(void)state;
	crypto_sign_keypair(key.public, secret);
	crypto_sign_detached(
		signature.bytes, NULL, (const unsigned char *)data, sizeof(data), secret);
	assert_true(usign_check(&key, &signature, data, sizeof(data)));
	assert_false(usign_check(&key, &signature, data, sizeof(data) - 1));
	signature.number[0] = 2;
	assert_false(usign_check(&key, &signature, data, sizeof(data)));
	signature.number[0] = 1;
	signature.bytes[7] ^= 1;
	assert_false(usign_check(&key, &signature, data, sizeof(data)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_the_keys_of_releases),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests_name("usign", tests, NULL, NULL);
}
