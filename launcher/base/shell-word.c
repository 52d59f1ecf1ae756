/* SPDX-License-Identifier: MIT
 * Words of commands that people paste into a shell. */
#include "launcher/base/shell-word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "launcher/base/visible.h"

static const char safe[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	"@%+=:,./_-";

/* Bytes at the start of text[0..length), length > 0, that can be shown as they are; 0: the first
 * cannot. */
static size_t harmless_length(const char *text, size_t length)
{
	size_t character = utf8_length(text, length);

	return character > 0 && visible_harm(text, character) == 0 ? character : 0;
}

static bool is_harmless(const char *text, size_t length)
{
	size_t taken = 0;

	while (length > 0 && (taken = harmless_length(text, length)) > 0) {
		text += taken;
		length -= taken;
	}
	return length == 0;
}

static void quote(const char *text, size_t length, FILE *stream)
{
	fputc('\'', stream);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\'')
			fputs("'\\''", stream);
		else
			fputc(text[i], stream);
	}
	fputc('\'', stream);
}

/* As what printf(1) prints. */
static void print(const char *text, size_t length, FILE *stream)
{
	fputs("\"$(printf '", stream);
	while (length > 0) {
		size_t taken = harmless_length(text, length);

		if (taken == 0 || strchr("'\\", *text) != NULL) {
			fprintf(stream, "\\%03o", (unsigned int)(unsigned char)*text);
			taken = 1;
		} else {
			fputs(*text == '%' ? "%" : "", stream);
			fwrite(text, 1, taken, stream);
		}
		text += taken;
		length -= taken;
	}
	fputs("')\"", stream);
}

char *shell_word(const char *text)
{
	size_t length = strlen(text), end = length, size = 0;
	char *word = NULL;
	FILE *stream = open_memstream(&word, &size);

	if (stream == NULL)
		abort();
	while (end > 0 && text[end - 1] == '\n')
		end--;
	if (length > 0 && strspn(text, safe) == length)
		fputs(text, stream);
	else if (is_harmless(text, length))
		quote(text, length, stream);
	else
		print(text, end, stream);
	if (end < length)
		quote(text + end, length - end, stream);
	if (fclose(stream) != 0)
		abort();
	return word;
}
