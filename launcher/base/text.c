/* SPDX-License-Identifier: MIT
 * Text that is made, printed or taken apart: sentences, lines, QEMU option values. */
#include "launcher/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/visible.h"

#define NEAREST_DISTANCE 2 /* edits */
#define SHORT_LENGTH 3
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

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance, with one row of the matrix kept. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NEAREST_LENGTH + 1] = {0}, n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
			diagonal = above;
		}
	}
	return row[n];
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
		/* A word of which everything would be edited is not near, nor a short one of
		 * which most would be, its beginning included. */
		if (edits < best && edits < strlen(text) &&
			(edits == 1 || strlen(text) > SHORT_LENGTH || text[0] == names[i][0])) {
			best = edits;
			nearest = names[i];
		}
	}
	return nearest;
}
