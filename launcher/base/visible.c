/* SPDX-License-Identifier: MIT
 * Text that somebody else chose, for a terminal. */
#include "launcher/base/visible.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

#define REPLACEMENT 0xfffd

/* Beside the control characters, by their code points. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x180e, 0x180e},   /* vowel separator */
	{0x200b, 0x200b},   /* zero width space */
	{0x200e, 0x200f},   /* marks of direction */
	{0x2028, 0x202e},   /* line and paragraph separators, embeddings, overrides */
	{0x2060, 0x206f},   /* word joiner, invisible operators, isolates */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xfff9, 0xfffb},   /* interlinear annotations */
	{0xe0000, 0xe007f}, /* tags */
};

static const struct {
	char byte, letter;
} letters[] = {{'\a', 'a'}, {'\b', 'b'}, {'\t', 't'}, {'\n', 'n'}, {'\r', 'r'}, {'\033', 'e'}};

static uint32_t code_point(const char *character, size_t length)
{
	static const uint8_t masks[UTF8_MAX + 1] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = (uint8_t)character[0] & masks[length];

	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((uint8_t)character[i] & 0x3f);
	return point;
}

uint32_t visible_harm(const char *character, size_t length)
{
	uint32_t point = code_point(character, length);

	if (utf8_is_control(character, length))
		return point == 0 ? REPLACEMENT : point;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (point >= hidden[i].first && point <= hidden[i].last)
			return point;
	return 0;
}

static void put_byte(char byte, FILE *stream)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].byte == byte) {
			fprintf(stream, "\\%c", letters[i].letter);
			return;
		}
	fprintf(stream, "\\x%02x", (unsigned int)(uint8_t)byte);
}

static void put(const char *character, size_t length, bool sound, FILE *stream)
{
	uint32_t point = sound ? visible_harm(character, length) : 0;

	if (!sound || (point > 0 && length == 1))
		put_byte(character[0], stream);
	else if (point > 0)
		fprintf(stream, point > UINT16_MAX ? "\\U%08x" : "\\u%04x", (unsigned int)point);
	else
		fwrite(character, 1, length, stream);
}

static void put_returns(struct visible *visible, FILE *stream)
{
	for (; visible->returns > 0; visible->returns--)
		put("\r", 1, true, stream);
}

static void put_of_lines(
	struct visible *visible, const char *character, size_t length, bool sound, FILE *stream)
{
	if (character[0] == '\r') {
		visible->returns++;
		return;
	}
	if (character[0] == '\n')
		visible->returns = 0;
	put_returns(visible, stream);
	if (character[0] == '\n' || character[0] == '\t')
		fputc(character[0], stream);
	else
		put(character, length, sound, stream);
}

void visible_write(struct visible *visible, const char *data, size_t length, FILE *stream)
{
	char character[UTF8_MAX] = "";
	bool sound = false;

	for (size_t i = 0; i < length; i++) {
		size_t n = 0;

		characters_add(&visible->characters, data[i]);
		while ((n = characters_next(&visible->characters, character, &sound)) > 0)
			put_of_lines(visible, character, n, sound, stream);
	}
}

void visible_end(struct visible *visible, FILE *stream)
{
	char character[UTF8_MAX] = "";

	put_returns(visible, stream);
	while (characters_rest(&visible->characters, character) > 0)
		put(character, 1, false, stream);
}

char *visible_line(const char *text)
{
	size_t left = strlen(text), size = 0;
	char *line = NULL;
	FILE *stream = open_memstream(&line, &size);

	if (stream == NULL)
		abort();
	while (left > 0) {
		size_t length = utf8_length(text, left);
		size_t taken = length > 0 ? length : 1;

		put(text, taken, length > 0, stream);
		text += taken;
		left -= taken;
	}
	if (fclose(stream) != 0)
		abort();
	return line;
}
