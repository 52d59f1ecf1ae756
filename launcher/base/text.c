/* SPDX-License-Identifier: MIT
 * Text that is made, cleaned or quoted: sentences, shell words, QEMU option values. */
#include "launcher/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

#define NEAREST_DISTANCE 2 /* edits */
#define SHORT_LENGTH 3
#define NEAREST_LENGTH 32 /* longer words are not compared */

static const char blanks[] = " \t\n:";

static const char safe[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	"@%+=:,./_-";

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

void text_say(const char *format, ...)
{
	OWNED_MEMORY char *text = NULL;
	va_list list;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	fprintf(stderr, "owrun: %s\n", text);
}

int text_exit_status(int r, const char *sentence)
{
	if (r < 0 && sentence != NULL)
		text_say("%s", sentence);
	return r < 0 ? 1 : r;
}

void text_clean(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		if (*c == '\n')
			*c = ' ';
		else if (*c < ' ' || *c > '~')
			*c = '?';
	}
}

/* How many bytes at text are one control character: of ASCII, or of those that ISO 8859 has at 0x80
 * to 0x9f, in UTF-8. */
static size_t control_length(const char *text)
{
	unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

	if (first == '\n' || first == '\t')
		return 0;
	if (first == 0xc2 && second >= 0x80 && second < 0xa0)
		return 2;
	return first < ' ' || first == 0x7f ? 1 : 0;
}

void text_clean_lines(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		size_t length = control_length(c);

		for (size_t i = 0; i < length; i++)
			c[i] = '?';
	}
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

void text_print_word(FILE *stream, const char *text)
{
	if (*text != '\0' && strspn(text, safe) == strlen(text)) {
		fputs(text, stream);
		return;
	}
	fputc('\'', stream);
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\'')
			fputs("'\\''", stream);
		else
			fputc(*c, stream);
	}
	fputc('\'', stream);
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
