/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/words.c. */
#include "launcher/base/words.h"

#include <errno.h>

#include "tests/unit/unit.h"

static void test_split(void **state)
{
	static const struct {
		const char *text;
		const char *words[5];
	} cases[] = {
		{"vi", {"vi"}},
		{"  vi\t-n \n", {"vi", "-n"}},
		{"'a b' \"c d\" e\\ f", {"a b", "c d", "e f"}},
		{"a'b'\"c\"", {"abc"}},
		{"'' \"\"", {"", ""}},
		{"\"a\\\"b\\c\" '\\'", {"a\"b\\c", "\\"}},
		{"$HOME `id` ; rm *", {"$HOME", "`id`", ";", "rm", "*"}},
		{"a\\", {"a\\"}},
		{"", {NULL}},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct words words = {0};

		assert_int_equal(words_split(cases[i].text, &words), 0);
		for (size_t j = 0; j < words.n; j++)
			assert_string_equal(words.items[j], cases[i].words[j]);
		assert_true(
			words.n == UNIT_COUNT(cases[i].words) || cases[i].words[words.n] == NULL);
		words_free(&words);
	}
}

static void test_open_quotes(void **state)
{
	static const char *const texts[] = {"'", "a \"b", "a 'b\"", "\"a\\\""};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct words words = {0};

		assert_int_equal(words_split(texts[i], &words), -EINVAL);
		assert_int_equal(words.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_open_quotes),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
