/* SPDX-License-Identifier: MIT
 * Tests of launcher/console/replay.c. */
#include "launcher/console/replay.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define OUT_MAX 4096

/* What a terminal gets of three parts, the first `left` bytes of which are earlier output. */
static void pass(const char *data, size_t length, off_t unseen, off_t left, const size_t ends[2],
	char ret_out[OUT_MAX])
{
	struct replay replay = {.left = left, .unseen = unseen};
	size_t starts[] = {0, ends[0], ends[1], length}, used = 0;

	for (size_t i = 0; i < 3; i++) {
		size_t part = starts[i + 1] - starts[i];
		char *out = malloc(REPLAY_OUT_MAX(part));
		size_t n = replay_take(&replay, data + starts[i], part, out);

		assert_true(used + n < OUT_MAX);
		memcpy(ret_out + used, out, n);
		used += n;
		free(out);
	}
	ret_out[used] = '\0';
}

/* However it is read. */
static void check(const char *data, off_t unseen, off_t left, const char *expected)
{
	size_t length = strlen(data);
	char out[OUT_MAX] = "";

	for (size_t first = 0; first <= length; first++)
		for (size_t second = first; second <= length; second++) {
			pass(data, length, unseen, left, (size_t[]){first, second}, out);
			assert_string_equal(out, expected);
		}
}

static void test_what_draws_passes_and_what_asks_does_not(void **state)
{
	static const char *const same[] = {"", "a\r\n\tb\bc",
		"\303\244\342\202\254\360\237\230\200",
		"\033[m\033[1;31mred\033[0m\033[38:2:1:2:3m",
		"\033[2J\033[H\033[10;20H\033[K\033[?J",
		"\033[?25l\033[?1049h\033[?1;7;2004l\033[4l",
		"\0337\0338\033(B\033)0\033M\033=\033>", "\033[3A\033[B\033[5r"};
	static const char *const others[][2] = {
		{"a\033[6nb\033[cc\033[5nd\033[>ce\033[0c\033[>q", "abcde"},
		{"a\033[?6n\033[?2026$p\033[18t\033[x\033[?u\033[?1;1S\033[5i\033[1;1;5T", "a"},
		{"a\033Zb\005c\033]0;t\007d\033]11;?\033\\e\033P$qm\033\\f\033_G\033\\g",
			"abcdefg"},
		{"a\033]52;c;?\302\234b\033Xsos\033\\c\033^pm\033\\d\033]Pno end\ne", "abcde"},
		{"a\033[?1003h\033[?1004h\033[?2048h\033[?25;2048h\033[?h\033[h\033[20;6h", "a"},
		{"a\0332\033#8\033%G\033 F\033(%5\033*1b", "ab"},
		{"a\033[3\0306nb\033[3\n1m\033[\033[1mc", "a6nb\n1m\033[1mc"},
		{"a\033[31\303\244m\033[\177m\033\033[1mb", "a\303\244mm\033[1mb"},
		{"a\2336nb\302\2336nc\342\200\256d\377e\016\017\177\a\v\f", "a6nb6ncde"},
		{"a\033]x\033[1mb\033]y\033]z\007c\033P\033\033\\d", "a\033[1mbcd"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(same); i++)
		check(same[i], 0, (off_t)strlen(same[i]), same[i]);
	for (size_t i = 0; i < UNIT_COUNT(others); i++)
		check(others[i][0], 0, (off_t)strlen(others[i][0]), others[i][1]);
}

static void test_a_sequence_that_is_too_long_is_left_out_whole(void **state)
{
	char data[200] = "a\033[";

	(void)state;
	memset(data + 3, '1', 100);
	memcpy(data + 103, "mb", 3);
	check(data, 0, (off_t)strlen(data), "ab");
}

/* The half at the beginning was never begun here; that at the end comes when the rest does. */
static void test_no_half_at_either_end(void **state)
{
	static const char *const halves[] = {"\033", "\033[", "\033[1;", "\033[?25", "\033(",
		"\303", "\342\202", "\360\237\230"};
	static const char *const strings[] = {"\033]0;t", "\033P1$r", "\033_a"};
	char data[40] = "";

	(void)state;
	check("0123\033[31", 0, 8, "0123");
	check("0\033[31mx", 4, 7, "x");
	check("0\033]0;title\007x", 4, 12, "x");
	check("0\342\202\254x", 2, 5, "\342\202\254x");
	for (size_t i = 0; i < UNIT_COUNT(halves); i++) {
		off_t length = (off_t)strlen(halves[i]);

		check(halves[i], 0, length, "");
		/* Live output follows. */
		snprintf(data, sizeof(data), "a%sn\033[6n", halves[i]);
		check(data, 0, 1 + length, data);
	}
	for (size_t i = 0; i < UNIT_COUNT(strings); i++) {
		check(strings[i], 0, (off_t)strlen(strings[i]), "");
		snprintf(data, sizeof(data), "%s\033\\b\033[6n", strings[i]);
		check(data, 0, (off_t)strlen(strings[i]), "b\033[6n");
	}
	check("\033]0;t\033\\b\033[6n", 0, 6, "b\033[6n");
}

static void test_nothing_is_changed_when_nothing_was_before(void **state)
{
	(void)state;
	check("\033[6n\005\2336n\033]0;t", 0, 0, "\033[6n\005\2336n\033]0;t");
	check("a\033[6nb\033[6n", 0, 6, "ab\033[6n");
}

/* Bytes of the kind that sequences are made of, in any order: what comes out is made of what draws
 * alone. */
static void test_any_order_of_bytes(void **state)
{
	static const char alphabet[] =
		"\033\033\033[[[]P?;1256789hlmncHqtZ\\\007\n\r\005\233\302a(B$>";
	static const char allowed[] =
		"^([a-zA-Z0-9]|[][?;\\(>$\n\r]|\033\\[[0-9;:]*[@-MPXZ`adefgmrsu]|\033\\[\\?[0-9;]*[JKhl]|"
		"\033[78=>DEHMc]|\033[(][0AB]|\033\\[(4|20)?[hl])*$";
	unsigned int random = 1;
	regex_t pattern = {0};

	(void)state;
	assert_int_equal(regcomp(&pattern, allowed, REG_EXTENDED | REG_NOSUB), 0);
	for (size_t round = 0; round < 20000; round++) {
		char data[24] = "", out[OUT_MAX] = "";

		for (size_t i = 0; i + 1 < sizeof(data); i++) {
			random = random * 1103515245 + 12345;
			data[i] = alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
		}
		pass(data, sizeof(data) - 1, 0, sizeof(data) - 1, (size_t[]){5, 11}, out);
		assert_int_equal(regexec(&pattern, out, 0, NULL, 0), 0);
	}
	regfree(&pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_draws_passes_and_what_asks_does_not),
		cmocka_unit_test(test_a_sequence_that_is_too_long_is_left_out_whole),
		cmocka_unit_test(test_no_half_at_either_end),
		cmocka_unit_test(test_nothing_is_changed_when_nothing_was_before),
		cmocka_unit_test(test_any_order_of_bytes),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
