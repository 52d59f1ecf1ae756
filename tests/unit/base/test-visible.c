/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/visible.c, and of characters.c below it. */
#include "launcher/base/visible.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

/* What a guest may print: queries, sequences of every kind, cut ones, directions, no UTF-8. */
static const char hostile[] =
	"plain\r\n\ttab\r\r\nlone\rreturn\b\a\033[6n\033]0;title\007\033P$qm\033\\\005\016\177"
	"\302\2336n\2336n\377\300\200\355\240\200\342\202\254\360\237\230\200"
	"\342\200\256evil\342\201\246\342\200\250\357\273\277\363\240\200\201"
	"\342\202x\360\237\230x\342\200\r\n\r\360\237";
static const char shown[] =
	"plain\n\ttab\nlone\\rreturn\\b\\a\\e[6n\\e]0;title\\a\\eP$qm\\e\\\\x05\\x0e\\x7f"
	"\\u009b6n\\x9b6n\\xff\\xc0\\x80\\xed\\xa0\\x80\342\202\254\360\237\230\200"
	"\\u202eevil\\u2066\\u2028\\ufeff\\U000e0001"
	"\\xe2\\x82x\\xf0\\x9f\\x98x\\xe2\\x80\n\\r\\xf0\\x9f";

/* Written in parts that end at the two places; the caller frees it. */
static char *write_parts(const char *data, size_t length, size_t first, size_t second)
{
	struct visible visible = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	visible_write(&visible, data, first, stream);
	visible_write(&visible, data + first, second - first, stream);
	visible_write(&visible, data + second, length - second, stream);
	visible_end(&visible, stream);
	fclose(stream);
	return text;
}

static void test_split_at_each_two_places(void **state)
{
	size_t length = strlen(hostile);

	(void)state;
	for (size_t first = 0; first <= length; first++)
		for (size_t second = first; second <= length; second++) {
			char *text = write_parts(hostile, length, first, second);

			assert_string_equal(text, shown);
			free(text);
		}
}

/* Nothing that a terminal could take for more than a letter. */
static void assert_harmless(const char *text, bool lines)
{
	static const char *const banned[] = {"\342\200\256", "\342\201\246", "\330\234"};

	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		assert_true(*c >= ' ' || (lines && (*c == '\n' || *c == '\t')));
		assert_true(*c != 0x7f && (*c != 0xc2 || c[1] >= 0xa0));
	}
	for (size_t i = 0; i < UNIT_COUNT(banned); i++)
		assert_null(strstr(text, banned[i]));
	for (size_t left = strlen(text); left > 0;) {
		size_t length = utf8_length(text + strlen(text) - left, left);

		assert_true(length > 0);
		left -= length;
	}
}

static void test_every_byte_alone_and_before_each_other(void **state)
{
	(void)state;
	for (int one = 0; one < 256; one++)
		for (int other = 0; other < 256; other++) {
			char data[] = {(char)one, (char)other, '\0'};
			char *line = visible_line(data), *lines = write_parts(data, 2, 1, 2);

			assert_harmless(line, false);
			assert_harmless(lines, true);
			assert_true(strlen(line) <= VISIBLE_GROWTH * strlen(data));
			assert_true(strlen(lines) <= VISIBLE_GROWTH * 2);
			free(line);
			free(lines);
		}
}

static void test_a_line_has_no_end_and_no_tab(void **state)
{
	char *line = visible_line("a\r\nb\tc\\\033[1m\303\244\n");

	(void)state;
	assert_string_equal(line, "a\\r\\nb\\tc\\\\e[1m\303\244\\n");
	free(line);
}

/* Of all characters those that are shown as they are; the others are ASCII then. */
static void test_every_character(void **state)
{
	size_t kept = 0;

	(void)state;
	for (uint32_t point = 0x80; point <= 0x10ffff; point++) {
		size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
		char text[UTF8_MAX + 1] = "", *line = NULL;

		for (size_t i = length - 1; i > 0; i--)
			text[i] = (char)(0x80 | (point >> 6 * (length - 1 - i) & 0x3f));
		text[0] = (char)((0xf00 >> length & 0xff) | point >> 6 * (length - 1));
		line = visible_line(text);
		assert_true(strlen(line) <= VISIBLE_GROWTH * length);
		if (strcmp(line, text) == 0)
			kept++;
		else
			assert_true(line[0] == '\\' &&
				    strspn(line, "\\uUx0123456789abcdef") == strlen(line));
		free(line);
	}
	/* But for 2048 surrogates, 32 of ISO 8859's, and the hidden ones. */
	assert_int_equal(
		kept, 0x110000 - 0x80 - 2048 - 32 - 1 - 1 - 1 - 1 - 2 - 7 - 16 - 1 - 3 - 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_at_each_two_places),
		cmocka_unit_test(test_every_byte_alone_and_before_each_other),
		cmocka_unit_test(test_a_line_has_no_end_and_no_tab),
		cmocka_unit_test(test_every_character),
	};

	return cmocka_run_group_tests_name("visible", tests, NULL, NULL);
}
