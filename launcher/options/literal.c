/* SPDX-License-Identifier: MIT
 * Values are taken as they are, and no shell has read them. */
#include "launcher/options/literal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/row.h"
#include "launcher/vm/vm.h"

/* What stands in a path as it would be in a shell's line, or an INI file of others. A command line
 * was read by a shell, which leaves alone only what was quoted, and '~' behind a '='. */
static const char *const marks[] = {"/~", "$", "\"", "'", " ;", " #"};
#define N_MARKS_OF_SHELL 2

static bool is_quoted(const char *text)
{
	size_t length = strlen(text);

	return length > 1 && (text[0] == '"' || text[0] == '\'') && text[length - 1] == text[0] &&
	       strchr(text + 1, text[0]) == text + length - 1;
}

int literal_path(const struct option_row *row, const char *text)
{
	static const char *const targets[] = {"file:", "unix:"};

	if (row->set_vm == vm_add_disk)
		return (int)vm_disk_path(text);
	if (row->flags & OPTION_PATH)
		return 0;
	for (size_t i = 0; row->flags & OPTION_TARGET && i < 2; i++)
		if (strncmp(text, targets[i], 5) == 0)
			return 5;
	return -1;
}

/* The value's path alone; NULL: it has none. The caller frees it. */
static char *path_of(const struct option_row *row, const char *text)
{
	int offset = literal_path(row, text);
	const char *rest = text + (offset < 0 ? 0 : offset);
	char *path = NULL, *tag = NULL;

	if (offset < 0)
		return NULL;
	if (!(row->flags & OPTION_REPEATS) || (row->flags & OPTION_TARGET))
		return text_format("%s", rest);
	path = text_take_path(&rest);
	tag = strrchr(path, ':');
	if (tag != NULL && strchr(tag, '/') == NULL && access(path, F_OK) < 0)
		*tag = '\0';
	return path;
}

/* Of what is made at the start the directory must be there. */
static bool leads_nowhere(const struct option_row *row, char *path)
{
	char *slash = strrchr(path, '/');

	if ((row->flags & OPTION_TARGET) && slash != NULL && slash != path)
		*slash = '\0';
	return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

int literal_check(const struct option_row *row, const char *text, bool of_file, char **reterr_text)
{
	OWNED_MEMORY char *path = path_of(row, text);
	OWNED_MEMORY char *shown = path == NULL ? NULL : text_format("%s", path);
	size_t n = !of_file ? N_MARKS_OF_SHELL : sizeof(marks) / sizeof(marks[0]);

	/* A kernel reads quotes in its arguments itself. */
	if (of_file && strcmp(row->name, "append") != 0 && is_quoted(text))
		return text_fail(reterr_text, -EINVAL,
			"the quotes around %s would be a part of the value; leave them out", text);
	for (size_t i = 0; path != NULL && i < n; i++) {
		const char *mark = marks[i] + (marks[i][0] == '/' ? 1 : 0);

		if (strstr(shown, marks[i]) != NULL && leads_nowhere(row, path))
			return text_fail(reterr_text, -EINVAL,
				"there is no '%s', and '%s' in it is taken as it is; write the path out",
				shown, mark);
	}
	return 0;
}

char *literal_missing(const struct option_row *row, const char *text)
{
	OWNED_MEMORY char *path = row->flags & OPTION_PATH ? path_of(row, text) : NULL;
	char *missing = NULL;

	if (path == NULL || !leads_nowhere(row, path))
		return NULL;
	missing = path;
	path = NULL;
	return missing;
}
