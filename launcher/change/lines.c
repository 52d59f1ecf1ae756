/* SPDX-License-Identifier: MIT
 * The lines of a vm.conf, changed without touching those that are not meant. */
#include "launcher/change/lines.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"

/* Put a line, which is taken, in front of line i. */
static void insert(struct lines *lines, size_t i, char *line)
{
	char **items = reallocarray(lines->items, lines->n + 1, sizeof(*items));

	if (items == NULL)
		abort();
	lines->items = items;
	memmove(items + i + 1, items + i, (lines->n - i) * sizeof(*items));
	items[i] = line;
	lines->n++;
}

void lines_drop(struct lines *lines, size_t i)
{
	free(lines->items[i]);
	lines->n--;
	memmove(lines->items + i, lines->items + i + 1, (lines->n - i) * sizeof(*lines->items));
}

void lines_read(const char *text, struct lines *ret_lines)
{
	*ret_lines = (struct lines){0};
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		insert(ret_lines, ret_lines->n, text_format("%.*s", (int)length, text));
		text += length + (text[length] == '\n' ? 1 : 0);
	}
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->items[i]);
	free(lines->items);
	*lines = (struct lines){0};
}

char *lines_join(const struct lines *lines)
{
	size_t size = 1;
	char *text = NULL, *at = NULL;

	for (size_t i = 0; i < lines->n; i++)
		size += strlen(lines->items[i]) + 1;
	text = at = malloc(size);
	if (text == NULL)
		abort();
	for (size_t i = 0; i < lines->n; i++) {
		at = stpcpy(at, lines->items[i]);
		*at++ = '\n';
	}
	*at = '\0';
	return text;
}

const struct option_row *lines_row(const struct lines *lines, size_t i, char **ret_value)
{
	OWNED_MEMORY char *line = text_format("%s", lines->items[i]);
	const struct option_row *row = NULL;
	char *key = NULL, *value = NULL;

	if (conf_split(line, i == 0, &key, &value) != CONF_LINE_KEY)
		return NULL;
	row = options_find_key(key, strlen(key));
	if (row != NULL && ret_value != NULL)
		*ret_value = text_format("%s", value);
	return row;
}

static char *format(const struct option_row *row, const char *value)
{
	return text_format("%s = %s", row->name, value);
}

/* Where the key's first line is, or where one can be put. */
static size_t find(const struct lines *lines, const struct option_row *row)
{
	size_t i = 0;

	while (i < lines->n && lines_row(lines, i, NULL) != row)
		i++;
	return i;
}

void lines_set(struct lines *lines, const struct option_row *row, char *const *values, size_t n)
{
	size_t at = find(lines, row);

	lines_remove(lines, row, NULL);
	for (size_t i = 0; i < n; i++)
		insert(lines, at + i, format(row, values[i]));
}

void lines_add(struct lines *lines, const struct option_row *row, const char *value)
{
	size_t i = lines->n;

	while (i > 0 && lines_row(lines, i - 1, NULL) != row)
		i--;
	insert(lines, i == 0 ? lines->n : i, format(row, value));
}

size_t lines_remove(struct lines *lines, const struct option_row *row, const char *value)
{
	size_t removed = 0;

	for (size_t i = lines->n; i > 0; i--) {
		OWNED_MEMORY char *found = NULL;

		if (lines_row(lines, i - 1, &found) != row ||
			(value != NULL && strcmp(found, value) != 0))
			continue;
		lines_drop(lines, i - 1);
		removed++;
	}
	return removed;
}

void lines_replace(struct lines *lines, size_t i, const char *value)
{
	const struct option_row *row = lines_row(lines, i, NULL);

	free(lines->items[i]);
	lines->items[i] = format(row, value);
}
