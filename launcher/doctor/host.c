/* SPDX-License-Identifier: MIT
 * Small files of the host, below a root that tests move, and programs with a time limit. */
#include "launcher/doctor/host.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/doctor/facts.h"

#define TEXT_MAX 65536 /* bytes of a file that are looked at */

char *doctor_host_read(const char *root, const char *path)
{
	OWNED_MEMORY char *full = text_format("%s%s", root, path);
	OWNED_MEMORY char *text = calloc(1, TEXT_MAX + 1);
	OWNED_FD fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *read_text = NULL;
	size_t used = 0;
	ssize_t length = 0;

	if (text == NULL)
		abort();
	if (fd < 0)
		return NULL;
	do {
		length = read(fd, text + used, TEXT_MAX - used);
		used += length > 0 ? (size_t)length : 0;
	} while (length > 0 && used < TEXT_MAX);
	if (length < 0)
		return NULL;
	read_text = text;
	text = NULL;
	return read_text;
}

size_t doctor_host_numbers(const char *root, const char *path, int64_t *ret_numbers, size_t n)
{
	OWNED_MEMORY char *text = doctor_host_read(root, path);
	size_t count = 0;

	for (const char *at = text; at != NULL && count < n; count++) {
		size_t length = 0;
		uint32_t number = 0;

		at += strspn(at, " \t\n");
		length = strcspn(at, " \t\n");
		if (!number_parse(at, length, UINT32_MAX, &number))
			break;
		ret_numbers[count] = number;
		at += length;
	}
	return count;
}

int64_t doctor_host_number(const char *root, const char *path)
{
	int64_t number = DOCTOR_ABSENT;

	return doctor_host_numbers(root, path, &number, 1) == 1 ? number : DOCTOR_ABSENT;
}

bool doctor_host_exists(const char *root, const char *path)
{
	OWNED_MEMORY char *full = text_format("%s%s", root, path);
	struct stat st = {0};

	return lstat(full, &st) == 0;
}

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
	OWNED_MEMORY char *text = doctor_host_read(root, path);
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
