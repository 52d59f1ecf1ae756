/* SPDX-License-Identifier: MIT
 * A writer of JSON for the tool: values one after the other, commas and indentation by itself. */
#include "policy/tool-json.h"

#include <string.h>

#include "common/utf8.h"

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

/* Control characters are escaped: a terminal must not obey them. */
static void write_character(FILE *stream, const char *character, size_t length)
{
	if (length == 0)
		fputs("\\ufffd", stream);
	else if (utf8_is_control(character, length))
		fprintf(stream, "\\u%04x", (unsigned char)character[length - 1]);
	else if (character[0] == '"' || character[0] == '\\')
		fprintf(stream, "\\%c", character[0]);
	else
		fwrite(character, 1, length, stream);
}

void tool_json_string(struct tool_json *json, const char *key, const char *value)
{
	size_t size = 0, taken = 0;

	if (value == NULL) {
		tool_json_null(json, key);
		return;
	}
	begin(json, key);
	fputc('"', json->stream);
	size = strlen(value);
	for (size_t at = 0; at < size; at += taken) {
		size_t length = utf8_length(value + at, size - at);

		write_character(json->stream, value + at, length);
		taken = length > 0 ? length : 1;
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
