/* SPDX-License-Identifier: MIT
 * Settings and programs of the host, below a root that tests move. */
#include "launcher/doctor/host.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/host/small-file.h"

bool doctor_host_capable(const char *path)
{
	cap_t found = cap_get_file(path);

	if (found == NULL)
		return false;
	cap_free(found);
	return true;
}

/* Cut blanks and one pair of quotes off both ends, in place. */
static char *bare(char *text)
{
	size_t length = 0;

	text += strspn(text, " \t\"'");
	length = strlen(text);
	while (length > 0 && strchr(" \t\"'\r", text[length - 1]) != NULL)
		text[--length] = '\0';
	return text;
}

bool doctor_host_setting(const char *root, const char *path, const char *key, const char *value)
{
	OWNED_MEMORY char *text = small_file_read(root, path);
	char *rest = text, *line = NULL;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *equals = strchr(line, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		if (strcmp(bare(line), key) == 0 && strcasecmp(bare(equals + 1), value) == 0)
			return true;
	}
	return false;
}

void doctor_host_each_directory(
	const char *list, void (*visit)(const char *directory, void *context), void *context)
{
	OWNED_MEMORY char *copy = text_format("%s", list == NULL ? "" : list);
	char *rest = copy, *directory = NULL;

	while ((directory = strsep(&rest, ":")) != NULL)
		if (directory[0] == '/')
			visit(directory, context);
}

char *doctor_host_first_line(
	const char *program, const char *argument, int timeout_ms, char **reterr_text)
{
	OWNED_MEMORY char *name = text_format("%s", program);
	OWNED_MEMORY char *word = text_format("%s", argument);
	OWNED_MEMORY char *output = NULL;
	char *const argv[] = {name, word, NULL};
	char *end = NULL;

	if (tool_run(argv, -1, timeout_ms, &output, reterr_text) < 0)
		return NULL;
	end = strchr(output, '\n');
	if (end != NULL)
		return text_format("%.*s", (int)(end - output), output);
	*reterr_text = text_format("'%s %s' printed nothing", program, argument);
	return NULL;
}
