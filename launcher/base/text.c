/* SPDX-License-Identifier: MIT
 * Text that is made, printed or taken apart: sentences, lines, QEMU option values. */
#include "launcher/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/visible.h"

#define NEAREST_DISTANCE 2 /* edits */
#define TINY_LENGTH 3
#define SHORT_LENGTH 4
#define NEAREST_LENGTH 32 /* longer words are not compared */

static const char blanks[] = " \t\n:";

__attribute__((format(printf, 1, 0))) static char *format_list(const char *format, va_list list)
{
	char *text = NULL;

	if (vasprintf(&text, format, list) < 0)
		abort();
	return text;
}

char *text_format(const char *format, ...)
{
	va_list list;
	char *text = NULL;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	return text;
}

void text_append(char **text, const char *format, ...)
{
	OWNED_MEMORY char *before = *text;
	OWNED_MEMORY char *more = NULL;
	va_list list;

	va_start(list, format);
	more = format_list(format, list);
	va_end(list);
	*text = text_format("%s%s", before, more);
}

int text_fail(char **reterr_text, int error, const char *format, ...)
{
	va_list list;
	char *text = NULL;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	/* The old sentence may be an argument of the new one: it goes last. */
	free(*reterr_text);
	*reterr_text = text;
	return error;
}

void text_print(FILE *stream, const char *format, ...)
{
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *line = NULL;
	va_list list;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	line = visible_line(text);
	fprintf(stream, "%s\n", line);
}

void text_say(const char *format, ...)
{
	OWNED_MEMORY char *text = NULL;
	va_list list;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	text_print(stderr, "owrun: %s", text);
}

int text_exit_status(int r, const char *sentence)
{
	if (r < 0 && sentence != NULL)
		text_say("%s", sentence);
	return r < 0 ? 1 : r;
}

char *text_double_commas(const char *text)
{
	size_t size = 2 * strlen(text) + 1, used = 0;
	char *doubled = calloc(1, size);

	if (doubled == NULL)
		abort();
	for (const char *c = text; *c != '\0'; c++) {
		doubled[used++] = *c;
		if (*c == ',')
			doubled[used++] = ',';
	}
	return doubled;
}

char *text_take_path(const char **text)
{
	char *path = calloc(1, strlen(*text) + 1);
	size_t used = 0;

	if (path == NULL)
		abort();
	for (; **text != '\0'; (*text)++) {
		if (**text == ',') {
			(*text)++;
			if (**text != ',')
				return path;
		}
		path[used++] = **text;
	}
	return path;
}

char *text_take_key(const char **text)
{
	size_t length = strcspn(*text, ",");
	char *key = text_format("%.*s", (int)length, *text);

	*text += length + ((*text)[length] == ',');
	return key;
}

bool text_has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
		bool starts = at == text || strchr(blanks, at[-1]) != NULL;

		if (starts && strchr(blanks, at[length]) != NULL)
			return true;
	}
	return false;
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, in which two neighbours that changed places are one edit. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_LENGTH + 1] = {0}, m = strlen(a), n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		const size_t *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			row[j] = lesser(lesser(above[j], row[j - 1]) + 1,
				above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = lesser(row[j], before[j - 2] + 1);
		}
	}
	return rows[m % 3][n];
}

/* A slip in a short word leaves most of it, and its beginning; a longer one may lack its end. */
static bool is_near(const char *text, const char *name, size_t edits)
{
	size_t shorter = lesser(strlen(text), strlen(name));
	bool begins = shorter > TINY_LENGTH && strncmp(text, name, strlen(text)) == 0;

	if (shorter <= TINY_LENGTH && text[0] != name[0])
		return false;
	return edits <= (shorter <= SHORT_LENGTH && !begins ? 1 : NEAREST_DISTANCE);
}

const char *text_nearest(const char *text, const char *const *names, size_t n)
{
	const char *nearest = NULL;
	size_t best = NEAREST_DISTANCE + 1;

	if (strlen(text) < 2 || strlen(text) > NEAREST_LENGTH)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t edits = 0;

		if (strlen(names[i]) > NEAREST_LENGTH)
			continue;
		edits = distance(text, names[i]);
		if (edits < best && is_near(text, names[i], edits)) {
			best = edits;
			nearest = names[i];
		}
	}
	return nearest;
}
