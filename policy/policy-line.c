/* SPDX-License-Identifier: MIT
 * The bytes of one policy line: which may stand there, and where its words are. */
#include "policy/policy-line.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool printable(char c)
{
	return c > ' ' && c < 0x7f;
}

/* The first byte of a UTF-8 sequence of two to four bytes: how many follow, and the range of the
 * second byte (Unicode, table 3-7: no overlong form, no surrogate, nothing past U+10FFFF; and no
 * control character U+0080 ... U+009F, which some terminals obey). */
struct lead {
	uint8_t first, last;
	uint8_t following;
	uint8_t low, high;
};

static const struct lead leads[] = {
	{.first = 0xc2, .last = 0xc2, .following = 1, .low = 0xa0, .high = 0xbf},
	{.first = 0xc3, .last = 0xdf, .following = 1, .low = 0x80, .high = 0xbf},
	{.first = 0xe0, .last = 0xe0, .following = 2, .low = 0xa0, .high = 0xbf},
	{.first = 0xe1, .last = 0xec, .following = 2, .low = 0x80, .high = 0xbf},
	{.first = 0xed, .last = 0xed, .following = 2, .low = 0x80, .high = 0x9f},
	{.first = 0xee, .last = 0xef, .following = 2, .low = 0x80, .high = 0xbf},
	{.first = 0xf0, .last = 0xf0, .following = 3, .low = 0x90, .high = 0xbf},
	{.first = 0xf1, .last = 0xf3, .following = 3, .low = 0x80, .high = 0xbf},
	{.first = 0xf4, .last = 0xf4, .following = 3, .low = 0x80, .high = 0x8f},
};

/* Length of the UTF-8 sequence of two or more bytes at the start of text, 0 if there is none. */
static size_t utf8_length(const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *)text;
	const struct lead *lead = leads;

	while (bytes[0] < lead->first || bytes[0] > lead->last)
		if (++lead == leads + sizeof(leads) / sizeof(leads[0]))
			return 0;
	if (lead->following > length - 1 || bytes[1] < lead->low || bytes[1] > lead->high)
		return 0;
	for (size_t i = 2; i <= lead->following; i++)
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return 0;
	return 1 + lead->following;
}

/* Returns the column of the first bad byte of text[start..length), 0 if there is none. */
static size_t bad_byte(const char *text, size_t start, size_t length, bool utf8)
{
	for (size_t i = start; i < length; i++) {
		size_t bytes = 1;

		if (!blank(text[i]) && !printable(text[i]))
			bytes = utf8 ? utf8_length(text + i, length - i) : 0;
		if (bytes == 0)
			return i + 1;
		i += bytes - 1;
	}
	return 0;
}

static const char *bad_byte_reason(char byte, bool comment)
{
	if (byte == '\0')
		return "NUL byte";
	if (byte == '\r')
		return "carriage return: lines end in a newline only";
	return comment ? "a comment is UTF-8 without control characters"
		       : "outside comments only printable ASCII, spaces and tabs may stand";
}

/* Find the comment and the words. Returns NULL or a reason. */
static const char *check_words(struct policy_line *line, size_t *reterr_column)
{
	size_t word = 0; /* bytes of the present one so far */

	for (size_t i = 0; i < line->length; i++) {
		if (line->text[i] == '#' && word == 0) {
			line->length = i;
			return NULL;
		}
		if (line->text[i] == '#') {
			*reterr_column = i + 1;
			return "'#' inside a word: put a space before a comment";
		}
		word = blank(line->text[i]) ? 0 : word + 1;
		if (word > POLICY_TOKEN_MAX) {
			*reterr_column = i + 2 - word;
			return "a word is longer than 63 bytes";
		}
	}
	return NULL;
}

const char *policy_line_check(struct policy_line *line, size_t *reterr_column)
{
	struct policy_line cut = *line;
	const char *reason = check_words(&cut, reterr_column);
	size_t column = bad_byte(line->text, 0, cut.length, false);
	bool comment = column == 0;

	static_assert(POLICY_TOKEN_MAX == 63, "the message says so");
	if (comment)
		column = bad_byte(line->text, cut.length, line->length, true);
	if (column > 0 && (reason == NULL || column < *reterr_column)) {
		*reterr_column = column;
		return bad_byte_reason(line->text[column - 1], comment);
	}
	*line = cut;
	return reason;
}

bool policy_line_next(struct policy_line *line, struct policy_word *ret_word)
{
	size_t start = 0, length = 0;

	while (line->at < line->length && blank(line->text[line->at]))
		line->at++;
	start = line->at;
	while (line->at < line->length && !blank(line->text[line->at]))
		line->at++;
	length = line->at - start;
	assert(length <= POLICY_TOKEN_MAX);
	memcpy(ret_word->text, line->text + start, length);
	ret_word->text[length] = '\0';
	ret_word->column = start + 1;
	return length > 0;
}
