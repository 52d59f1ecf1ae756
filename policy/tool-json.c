/* SPDX-License-Identifier: MIT
 * A writer of JSON for the tool: values one after the other, commas and indentation by itself. */
#include "policy/tool-json.h"

#include <stdint.h>
#include <string.h>

static void new_line(const struct tool_json *json)
{
	fputc('\n', json->stream);
	for (unsigned int i = 0; i < json->depth; i++)
		fputs("  ", json->stream);
}

/* What stands before a value. */
static void begin(struct tool_json *json, const char *key)
{
	if (json->more)
		fputc(',', json->stream);
	if (json->depth > 0)
		new_line(json);
	if (key != NULL)
		fprintf(json->stream, "\"%s\": ", key);
	json->more = true;
}

void tool_json_open(struct tool_json *json, const char *key, char bracket)
{
	begin(json, key);
	fputc(bracket, json->stream);
	json->depth++;
	json->more = false;
}

void tool_json_close(struct tool_json *json, char bracket)
{
	json->depth--;
	if (json->more)
		new_line(json);
	fputc(bracket, json->stream);
	json->more = true;
	if (json->depth == 0)
		fputc('\n', json->stream);
}

static bool continues(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Bytes of the UTF-8 character at the start of a string, or 0 where there is none: overlong
 * forms, surrogates and what is beyond U+10FFFF are none. */
static size_t utf8_length(const uint8_t *bytes)
{
	uint8_t first = bytes[0];

	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return continues(bytes + 1, 1) ? 2 : 0;
	if ((first & 0xf0) == 0xe0) {
		bool wrong =
			(first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f);

		return !wrong && continues(bytes + 1, 2) ? 3 : 0;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		bool wrong =
			(first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f);

		return !wrong && continues(bytes + 1, 3) ? 4 : 0;
	}
	return 0;
}

/* Control characters, those of U+0080 to U+009F too, are escaped: a terminal must not obey them. */
static void write_character(FILE *stream, const uint8_t *bytes, size_t length)
{
	if (length == 0)
		fputs("\\ufffd", stream);
	else if (length == 1 && (bytes[0] == '"' || bytes[0] == '\\'))
		fprintf(stream, "\\%c", bytes[0]);
	else if (length == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7f))
		fprintf(stream, "\\u%04x", bytes[0]);
	else if (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0)
		fprintf(stream, "\\u%04x", bytes[1]);
	else
		fwrite(bytes, 1, length, stream);
}

void tool_json_string(struct tool_json *json, const char *key, const char *value)
{
	const uint8_t *bytes = (const uint8_t *)value;

	if (value == NULL) {
		tool_json_null(json, key);
		return;
	}
	begin(json, key);
	fputc('"', json->stream);
	while (*bytes != '\0') {
		size_t length = utf8_length(bytes);

		write_character(json->stream, bytes, length);
		bytes += length > 0 ? length : 1;
	}
	fputc('"', json->stream);
}

void tool_json_number(struct tool_json *json, const char *key, size_t value)
{
	begin(json, key);
	fprintf(json->stream, "%zu", value);
}

void tool_json_bool(struct tool_json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->stream);
}

void tool_json_null(struct tool_json *json, const char *key)
{
	begin(json, key);
	fputs("null", json->stream);
}
