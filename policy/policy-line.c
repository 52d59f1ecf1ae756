/* SPDX-License-Identifier: MIT
 * The bytes of one policy line: which may stand there, and where its words are. */
#include "policy/policy-line.h"

#include <assert.h>
#include <string.h>

#include "common/utf8.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool printable(char c)
{
	return c > ' ' && c < 0x7f;
}

/* How many bytes that may stand there begin the text; 0: the first one may not. */
static size_t good_bytes(const char *text, size_t length, bool utf8)
{
	size_t bytes = 0;

	if (blank(text[0]) || printable(text[0]))
		return 1;
	bytes = utf8 ? utf8_length(text, length) : 0;
	return bytes > 0 && !utf8_is_control(text, bytes) ? bytes : 0;
}

/* Returns the column of the first bad byte of text[start..length), 0 if there is none. */
static size_t bad_byte(const char *text, size_t start, size_t length, bool utf8)
{
	for (size_t i = start; i < length; i++) {
		size_t bytes = good_bytes(text + i, length - i, utf8);

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
