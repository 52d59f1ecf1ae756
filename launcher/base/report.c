/* SPDX-License-Identifier: MIT
 * Lists for people and for programs: the same rows as a table or as JSON. */
#include "launcher/base/report.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/mac.h"
#include "common/utf8.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/base/wrap.h"

#define GAP 2	 /* columns between two cells */
#define INDENT 2 /* columns before what goes on with a row */
#define LEAST 3	 /* columns of a cell, however narrow the terminal */
#define WORD 8	 /* columns of a word, as a state, which tells little when it is cut */
#define CUT "~"	 /* stands for what a cell has no room for */
#define REPLACEMENT "\357\277\275" /* U+FFFD */

static char *join(const json_t *array)
{
	char *text = text_format("%s", "");

	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *item = json_string_value(json_array_get(array, i));

		text_append(&text, "%s%s", i > 0 ? "," : "", item == NULL ? "?" : item);
	}
	return text;
}

json_t *report_text(const char *text)
{
	size_t left = strlen(text), size = 0;
	json_t *string = json_stringn(text, left);
	OWNED_MEMORY char *sound = NULL;
	FILE *stream = NULL;

	if (string != NULL)
		return string;
	stream = open_memstream(&sound, &size);
	if (stream == NULL)
		abort();
	while (left > 0) {
		size_t length = utf8_length(text, left), taken = length > 0 ? length : 1;

		fwrite(length > 0 ? text : REPLACEMENT, 1, length > 0 ? length : 3, stream);
		text += taken;
		left -= taken;
	}
	if (fclose(stream) != 0)
		abort();
	string = json_string(sound);
	if (string == NULL)
		abort();
	return string;
}

/* A character that is not to be seen, as JSON has it: one or two numbers of 16 bits. */
static void print_number(uint32_t point, FILE *stream)
{
	if (point > UINT16_MAX) {
		fprintf(stream, "\\u%04X", (unsigned int)(0xd7c0 + (point >> 10)));
		point = 0xdc00 | (point & 0x3ff);
	}
	fprintf(stream, "\\u%04X", (unsigned int)point);
}

void report_json(const json_t *value, FILE *stream)
{
	OWNED_MEMORY char *text = json_dumps(value, JSON_INDENT(2));
	const char *rest = text;

	if (text == NULL)
		abort();
	for (size_t left = strlen(text); left > 0;) {
		size_t length = utf8_length(rest, left);
		uint32_t point = 0;

		if (length == 0)
			abort(); /* jansson lets nothing else in */
		point = *rest == '\n' ? 0 : visible_harm(rest, length);
		if (point > 0)
			print_number(point, stream);
		else
			fwrite(rest, 1, length, stream);
		rest += length;
		left -= length;
	}
	fputc('\n', stream);
}

/* A member as the text of a cell, which the caller frees. */
static char *cell(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);
	OWNED_MEMORY char *text = NULL;

	if (json_is_string(value))
		text = text_format("%s", json_string_value(value));
	else if (json_is_integer(value))
		text = text_format("%lld", (long long)json_integer_value(value));
	else if (json_is_array(value) && json_array_size(value) > 0)
		text = join(value);
	else
		text = text_format("-");
	return visible_line(text);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* How wide the cells of a column are, without its title, and how wide they are to be at least. */
struct width {
	size_t cells, least;
};

/* An address tells nothing when it is cut. */
static size_t least_of(const char *text)
{
	uint8_t mac[MAC_SIZE] = {0};

	return mac_parse(text, mac) ? MAC_TEXT_SIZE - 1 : LEAST;
}

static void measure(
	const json_t *rows, const struct report_column *columns, struct width *ret_widths)
{
	for (size_t j = 0; columns[j].title != NULL; j++) {
		ret_widths[j] = (struct width){.least = LEAST};
		for (size_t i = 0; i < json_array_size(rows); i++) {
			OWNED_MEMORY char *text = cell(json_array_get(rows, i), columns[j].key);

			ret_widths[j].cells = larger(ret_widths[j].cells, wrap_width(text));
			ret_widths[j].least = larger(ret_widths[j].least, least_of(text));
		}
	}
}

static size_t width_of(const struct report_column *columns, const size_t *widths)
{
	size_t sum = 0;

	for (size_t j = 0; columns[j].title != NULL; j++)
		sum += widths[j] + (j > 0 ? GAP : 0);
	return sum;
}

/* Take one off the widest column from `first` on that has more than its least. */
static bool shrink(
	const struct report_column *columns, size_t first, const size_t *least, size_t *widths)
{
	size_t widest = REPORT_COLUMNS_MAX;

	for (size_t j = first; columns[j].title != NULL; j++)
		if (widths[j] > least[j] &&
			(widest == REPORT_COLUMNS_MAX || widths[j] > widths[widest]))
			widest = j;
	if (widest == REPORT_COLUMNS_MAX)
		return false;
	widths[widest]--;
	return true;
}

/* What a column can be cut to with little harm. */
static size_t word_of(const struct width *width)
{
	return larger(width->cells < WORD ? width->cells : WORD, width->least);
}

/* Make lines no wider: long cells are cut first, then titles, then words, and the first column, of
 * names, last. */
static void fit(const struct report_column *columns, size_t limit, const struct width *measured,
	size_t *widths)
{
	size_t titles[REPORT_COLUMNS_MAX], words[REPORT_COLUMNS_MAX], least[REPORT_COLUMNS_MAX];
	bool shrunk = true;

	for (size_t j = 0; columns[j].title != NULL; j++) {
		size_t title = strlen(columns[j].title);

		least[j] = measured[j].least;
		words[j] = word_of(&measured[j]);
		titles[j] = larger(words[j], title);
		widths[j] = larger(measured[j].cells, title);
	}
	while (shrunk && width_of(columns, widths) > limit)
		shrunk = shrink(columns, 1, titles, widths) || shrink(columns, 1, words, widths) ||
			 shrink(columns, 1, least, widths) || shrink(columns, 0, least, widths);
}

/* The last cell is not padded. */
static void print_cell(FILE *stream, const char *text, size_t width, bool last)
{
	bool cut = wrap_width(text) > width;
	size_t bytes = wrap_fitting(text, cut ? width - 1 : width);
	size_t padding = cut ? 0 : width - wrap_width(text);

	fprintf(stream, "%.*s%s", (int)bytes, text, cut ? CUT : "");
	if (last)
		fputc('\n', stream);
	else
		fprintf(stream, "%*s", (int)(padding + GAP), "");
}

/* Columns that are side by side: a row has a line in each part of a table. */
struct part {
	struct report_column columns[REPORT_COLUMNS_MAX + 1];
	size_t widths[REPORT_COLUMNS_MAX], n;
	size_t indent;
};

static bool has_addresses(const struct report_column *columns, const struct width *measured)
{
	for (size_t j = 0; columns[j].title != NULL; j++)
		if (measured[j].least > LEAST)
			return true;
	return false;
}

/* Take columns as `room` has room for words of them, at least one, and fit them into `limit`. */
static void take_part(const struct report_column *columns, const struct width *measured,
	size_t room, size_t limit, struct part *part)
{
	size_t used = part->indent;

	for (; columns[part->n].title != NULL; part->n++) {
		size_t width = word_of(&measured[part->n]) + (part->n > 0 ? GAP : 0);

		if (part->n > 0 && (width > room || used > room - width))
			break;
		used += width;
		part->columns[part->n] = columns[part->n];
	}
	fit(part->columns, limit - part->indent, measured, part->widths);
}

/* Returns how many parts there are: one, unless there are addresses. */
static size_t split(const struct report_column *columns, const struct width *measured, size_t limit,
	struct part *ret_parts)
{
	size_t n = 0, room = has_addresses(columns, measured) ? limit : SIZE_MAX;

	for (size_t i = 0; columns[i].title != NULL; n++) {
		struct part *part = &ret_parts[n];

		*part = (struct part){.indent = n == 0 ? 0 : INDENT};
		take_part(columns + i, measured + i, room, limit, part);
		i += part->n;
	}
	return n;
}

/* A line of the table: cells of a row, or (NULL) titles. */
static void print_line(FILE *stream, const struct part *part, const json_t *row)
{
	fprintf(stream, "%*s", (int)part->indent, "");
	for (size_t j = 0; j < part->n; j++) {
		OWNED_MEMORY char *text = row == NULL ? text_format("%s", part->columns[j].title)
						      : cell(row, part->columns[j].key);

		print_cell(stream, text, part->widths[j], j + 1 == part->n);
	}
}

void report_print(const json_t *rows, const struct report_column *columns, bool json, FILE *stream)
{
	size_t limit = terminal_columns(stream), n_parts = 0;
	struct width measured[REPORT_COLUMNS_MAX];
	struct part parts[REPORT_COLUMNS_MAX];

	if (json) {
		report_json(rows, stream);
		return;
	}
	if (json_array_size(rows) == 0)
		return;
	if (limit == 0)
		limit = SIZE_MAX;
	measure(rows, columns, measured);
	n_parts = split(columns, measured, limit, parts);
	for (size_t k = 0; k < n_parts; k++)
		print_line(stream, &parts[k], NULL);
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t k = 0; k < n_parts; k++)
			print_line(stream, &parts[k], json_array_get(rows, i));
}
