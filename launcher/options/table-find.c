/* SPDX-License-Identifier: MIT
 * The command line of owrun: options by their names. */
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/options/table.h"

#define NAMES_MAX 64

size_t options_names(bool (*wanted)(const struct option_row *row, uint64_t bits), uint64_t bits,
	const char **ret_names, size_t n)
{
	size_t used = 0;

	for (const struct option_row *row = options_table; row->name != NULL && used < n; row++)
		if (wanted(row, bits))
			ret_names[used++] = row->name;
	return used;
}

static bool of_vm(const struct option_row *row, uint64_t bits)
{
	(void)bits;
	return row->set_vm != NULL;
}

const struct option_row *options_find_key(const char *key, size_t length)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->set_vm != NULL && strlen(row->name) == length &&
			memcmp(row->name, key, length) == 0)
			return row;
	return NULL;
}

const char *options_nearest_key(const char *key)
{
	const char *names[NAMES_MAX] = {0};

	return text_nearest(key, names, options_names(of_vm, 0, names, NAMES_MAX));
}
