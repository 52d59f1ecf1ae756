/* SPDX-License-Identifier: MIT
 * quickemu's description of a VM: a file of shell, of which the assignments are read. */
#include "launcher/import/quickemu.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/words.h"
#include "launcher/import/quickemu-set.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define EXPANDED "$`" /* in a word: a shell would put something else there */

/* The words of an assignment, which a shell would take as they are. */
static void take_words(
	struct quickemu_reader *reader, const char *name, const char *text, bool list)
{
	OWNED_WORDS words = {0};

	if (strpbrk(text, EXPANDED) != NULL)
		import_leave(reader->import, reader->line,
			"%s=%s: only a shell could tell what that is, and no shell reads it", name,
			text);
	else if (words_split(text, &words) < 0 || (!list && words.n > 1))
		import_leave(
			reader->import, reader->line, "%s=%s: this is not one value", name, text);
	else if (words.n == 0)
		quickemu_set(reader, name, "");
	for (size_t i = 0; i < words.n && (list || words.n == 1); i++)
		quickemu_set(reader, name, words.items[i]);
}

/* What follows a blank and a '#' is a comment, outside of quotes. */
static void cut_comment(char *text)
{
	char quote = '\0';

	for (char *c = text; *c != '\0'; c++) {
		if (quote == '\0' && *c == '#' && (c == text || strchr(" \t", c[-1]) != NULL)) {
			*c = '\0';
			return;
		}
		if (quote == '\0' && (*c == '"' || *c == '\''))
			quote = *c;
		else if (*c == quote)
			quote = '\0';
	}
}

static void take_line(struct quickemu_reader *reader, char *line)
{
	char *name = line + strspn(line, " \t"), *value = NULL;
	size_t length = 0;

	cut_comment(line);
	if (strncmp(name, "export ", strlen("export ")) == 0)
		name += strlen("export ");
	if (*name == '\0')
		return;
	length = strspn(name, LETTERS);
	if (length == 0 || name[length] != '=') {
		import_leave(reader->import, reader->line, "%s: this is no assignment", name);
		return;
	}
	name[length] = '\0';
	value = name + length + 1;
	length = strlen(value);
	while (length > 0 && strchr(" \t", value[length - 1]) != NULL)
		value[--length] = '\0';
	if (*value != '(') {
		take_words(reader, name, value, false);
	} else if (value[length - 1] != ')') {
		import_leave(
			reader->import, reader->line, "%s=%s: the list does not end", name, value);
	} else {
		value[length - 1] = '\0';
		take_words(reader, name, value + 1, true);
	}
}

/* A list may go on for lines: they are one for a shell, too. Returns what follows. */
static const char *take_logical_line(struct quickemu_reader *reader, const char *text)
{
	size_t length = strcspn(text, "\r\n");
	OWNED_MEMORY char *line = text_format("%.*s", (int)length, text);
	const char *open = strchr(line, '(');
	unsigned int lines = 1;

	if (open != NULL && open > line && open[-1] == '=' && strchr(open, ')') == NULL &&
		strchr(text, ')') != NULL) {
		length = (size_t)(strchr(text, ')') - text) + 1;
		free(line);
		line = text_format("%.*s", (int)length, text);
		for (char *c = line; *c != '\0'; c++)
			if (*c == '\n' || *c == '\r') {
				lines += *c == '\n' ? 1 : 0;
				*c = ' ';
			}
	}
	take_line(reader, line);
	text += length;
	reader->line += lines - 1;
	text += *text == '\r' ? 1 : 0;
	return text + (*text == '\n' ? 1 : 0);
}

int quickemu_read(
	const char *text, const char *directory, struct import *import, char **reterr_text)
{
	struct quickemu_reader reader = {.import = import, .directory = directory};

	while (*text != '\0') {
		reader.line++;
		text = take_logical_line(&reader, text);
	}
	if (reader.known > 0)
		quickemu_settle(&reader);
	free(reader.mac);
	free(reader.network);
	if (reader.known == 0)
		return text_fail(reterr_text, -EINVAL,
			"it is neither a description of quickemu's nor a domain of libvirt's");
	return 0;
}
