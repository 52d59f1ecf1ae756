/* SPDX-License-Identifier: MIT
 * What QEMU prints for "-machine help" and "-cpu help", line by line: pure functions. */
#include "launcher/host/qemu-help.h"

#include <string.h>

#define ALIAS_OF "alias of "
#define FLAGS "Recognized CPUID flags"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Is this text in parentheses a note, and no part of the description? */
static bool take_note(const char *note, struct qemu_help *help)
{
	if (strcmp(note, "deprecated") == 0) {
		help->deprecated = true;
		return true;
	}
	if (starts_with(note, ALIAS_OF)) {
		help->alias_of = note + strlen(ALIAS_OF);
		return true;
	}
	return strcmp(note, "default") == 0 ||
	       strcmp(note, "alias configured by machine type") == 0;
}

static void cut_blanks(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
}

/* Take the last "(NOTE)" off the text. Returns whether there was one. */
static bool cut_note(char *text, struct qemu_help *help)
{
	char *open = strrchr(text, '('), *close = strrchr(text, ')');

	cut_blanks(text);
	if (open == NULL || close < open || close[1] != '\0')
		return false;
	*close = '\0';
	if (take_note(open + 1, help)) {
		*open = '\0';
		return true;
	}
	*close = ')';
	return false;
}

bool qemu_help_read(char *line, struct qemu_help *ret_help)
{
	struct qemu_help help = {0};
	char *name = starts_with(line, "x86 ") ? line + strlen("x86 ") : line;
	char *text = NULL;

	name += strspn(name, " ");
	text = name + strcspn(name, " ");
	/* A title ends with a colon. */
	if (text == name || line[strlen(line) - 1] == ':')
		return false;
	if (*text != '\0')
		*text++ = '\0';
	text += strspn(text, " ");
	while (cut_note(text, &help))
		;
	help.name = name;
	help.description = *text == '\0' ? NULL : text;
	*ret_help = help;
	return true;
}

bool qemu_help_ends(const char *line)
{
	return starts_with(line, FLAGS);
}
