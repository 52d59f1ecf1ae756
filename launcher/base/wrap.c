/* SPDX-License-Identifier: MIT
 * Texts for a terminal that is narrower than they are. Pure. */
#include "launcher/base/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define COMMAND "owrun "

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t wrap_width(const char *text)
{
	size_t width = 0;

	for (const char *c = text; *c != '\0'; c++)
		width += continues(*c) ? 0 : 1;
	return width;
}

size_t wrap_fitting(const char *text, size_t columns)
{
	size_t bytes = 0, width = 0;

	while (text[bytes] != '\0') {
		width += continues(text[bytes]) ? 0 : 1;
		if (width > columns)
			break;
		bytes++;
	}
	return bytes;
}

/* Where the text of a line begins: behind two blanks, not too far to the right. */
static size_t hang_of(const char *line, size_t columns)
{
	size_t hang = strspn(line, " ");

	for (size_t i = hang; line[i] != '\0' && i < columns / 2; i++)
		if (line[i] != ' ' && i >= 2 && line[i - 1] == ' ' && line[i - 2] == ' ')
			hang = i;
	return hang > columns / 2 ? 0 : hang;
}

/* How much of the line comes before the next end of line, of at most so many columns. */
static size_t part_of(const char *line, size_t columns, size_t indent)
{
	size_t fitting = wrap_fitting(line, columns), at = fitting;

	if (line[fitting] == '\0')
		return fitting;
	while (at > indent && (line[at] != ' ' || line[at - 1] == ' '))
		at--;
	return at > indent ? at : indent + strcspn(line + indent, " ");
}

static void append_line(char **text, const char *line, size_t columns)
{
	bool whole =
		columns == 0 || strncmp(line + strspn(line, " "), COMMAND, strlen(COMMAND)) == 0;
	size_t hang = hang_of(line, columns);
	size_t at = whole ? strlen(line) : part_of(line, columns, hang);

	text_append(text, "%.*s", (int)at, line);
	for (line += at + strspn(line + at, " "); *line != '\0';
		line += at + strspn(line + at, " ")) {
		at = part_of(line, columns - hang, 0);
		text_append(text, "\n%*s%.*s", (int)hang, "", (int)at, line);
	}
}

char *wrap_text(const char *text, size_t columns)
{
	OWNED_MEMORY char *copy = text_format("%s", text);
	char *wrapped = text_format("%s", ""), *rest = copy, *line = NULL;

	while ((line = strsep(&rest, "\n")) != NULL) {
		append_line(&wrapped, line, columns);
		if (rest != NULL)
			text_append(&wrapped, "\n");
	}
	return wrapped;
}
