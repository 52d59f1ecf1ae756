/* SPDX-License-Identifier: MIT
 * Lists for people and for programs: the same rows as a table or as JSON. */
#include "launcher/base/report.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

static char *join(const json_t *array)
{
	char *text = text_format("%s", "");

	for (size_t i = 0; i < json_array_size(array); i++) {
		OWNED_MEMORY char *before = text;
		const char *item = json_string_value(json_array_get(array, i));

		text = text_format("%s%s%s", before, i > 0 ? "," : "", item == NULL ? "?" : item);
	}
	return text;
}

/* A member as the text of a cell, which the caller frees. */
static char *cell(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);
	char *text = NULL;

	if (json_is_string(value))
		text = text_format("%s", json_string_value(value));
	else if (json_is_integer(value))
		text = text_format("%lld", (long long)json_integer_value(value));
	else if (json_is_array(value) && json_array_size(value) > 0)
		text = join(value);
	else
		text = text_format("-");
	text_clean(text);
	return text;
}

static void measure(const json_t *rows, const struct report_column *columns, size_t *ret_widths)
{
	for (size_t j = 0; columns[j].title != NULL; j++) {
		ret_widths[j] = strlen(columns[j].title);
		for (size_t i = 0; i < json_array_size(rows); i++) {
			OWNED_MEMORY char *text = cell(json_array_get(rows, i), columns[j].key);

			if (strlen(text) > ret_widths[j])
				ret_widths[j] = strlen(text);
		}
	}
}

/* The last cell is not padded. */
static void print_cell(FILE *stream, const char *text, size_t width, bool last)
{
	if (last)
		fprintf(stream, "%s\n", text);
	else
		fprintf(stream, "%-*s  ", (int)width, text);
}

void report_print(const json_t *rows, const struct report_column *columns, bool json, FILE *stream)
{
	size_t widths[REPORT_COLUMNS_MAX] = {0};

	if (json) {
		json_dumpf(rows, stream, JSON_INDENT(2));
		fputc('\n', stream);
		return;
	}
	if (json_array_size(rows) == 0)
		return;
	measure(rows, columns, widths);
	for (size_t j = 0; columns[j].title != NULL; j++)
		print_cell(stream, columns[j].title, widths[j], columns[j + 1].title == NULL);
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t j = 0; columns[j].title != NULL; j++) {
			OWNED_MEMORY char *text = cell(json_array_get(rows, i), columns[j].key);

			print_cell(stream, text, widths[j], columns[j + 1].title == NULL);
		}
}
