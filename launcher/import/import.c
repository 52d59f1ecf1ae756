/* SPDX-License-Identifier: MIT
 * What is taken over of a VM of another program, and what is not. */
#include "launcher/import/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"
#include "launcher/vm/vm.h"

void import_free(struct import *import)
{
	for (size_t i = 0; i < import->n_left; i++)
		free(import->left[i].text);
	free(import->left);
	settings_free(&import->settings);
	*import = (struct import){0};
}

static void leave(struct import *import, unsigned int line, char *text)
{
	struct import_left *left = NULL;

	if (import->n_left == IMPORT_LEFT_MAX) {
		free(text);
		return;
	}
	left = reallocarray(import->left, import->n_left + 1, sizeof(*left));
	if (left == NULL)
		abort();
	left[import->n_left++] = (struct import_left){.line = line, .text = text};
	import->left = left;
}

void import_leave(struct import *import, unsigned int line, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort();
	va_end(arguments);
	leave(import, line, text);
}

void import_name(struct import *import, const char *name)
{
	if (vm_name_valid(name))
		memcpy(import->name, name, strlen(name) + 1);
	else if (*name != '\0')
		vm_name_derive(name, import->name);
}

/* Would a VM take it, beside what it has by now? */
static bool is_taken(const struct import *import, const struct settings *one, const char *directory,
	char **reterr_text)
{
	struct vm vm;
	int r = conf_check(directory, one, reterr_text);

	vm_init(&vm);
	if (r == 0)
		r = settings_apply(&import->settings, &vm, reterr_text);
	if (r == 0)
		r = settings_apply(one, &vm, reterr_text);
	vm_free(&vm);
	return r == 0;
}

void import_set(struct import *import, unsigned int line, const char *key, const char *value,
	const char *directory)
{
	const struct option_row *row = options_find_key(key, strlen(key));
	OWNED_SETTINGS one = {0};
	OWNED_MEMORY char *error = NULL;

	if (++import->n_values > IMPORT_VALUES_MAX)
		return;
	settings_add(&one, row, value, directory, NULL);
	if (is_taken(import, &one, directory, &error))
		settings_add(&import->settings, row, value, directory, NULL);
	else
		import_leave(import, line, "%s = %s: %s", key, value, error);
}
