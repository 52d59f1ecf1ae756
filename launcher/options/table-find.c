/* SPDX-License-Identifier: MIT
 * The command line of owrun: options by their names. */
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/options/table.h"

#define NAMES_MAX 64

const struct option_row *options_find_key(const char *key, size_t length)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->set_vm != NULL && strlen(row->name) == length &&
			memcmp(row->name, key, length) == 0)
			return row;
	return NULL;
}

/* The keys of a VM, or the options of the commands `bits`. */
static const char *nearest(const char *word, bool keys, uint64_t bits)
{
	const struct option_row *rows[NAMES_MAX] = {0};
	const char *names[NAMES_MAX] = {0}, *found = NULL;
	size_t n = 0;

	for (const struct option_row *row = options_table; row->name != NULL && n < NAMES_MAX;
		row++)
		if (keys ? row->set_vm != NULL : (row->commands & bits) != 0) {
			rows[n] = row;
			names[n++] = row->name;
		}
	found = text_nearest(word, names, n);
	for (size_t i = 0; found != NULL && i < n; i++)
		if (names[i] == found && (rows[i]->flags & OPTION_HARMS))
			return NULL;
	return found;
}

const char *options_nearest(const char *word, uint64_t bits)
{
	return nearest(word, false, bits);
}

const char *options_nearest_key(const char *word)
{
	return nearest(word, true, 0);
}
