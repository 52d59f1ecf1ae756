/* SPDX-License-Identifier: MIT
 * The one table of options, for parsing, help, vm.conf and completion. */
#ifndef OWVM_LAUNCHER_OPTIONS_TABLE_H
#define OWVM_LAUNCHER_OPTIONS_TABLE_H

#include "launcher/options/row.h"

/* The table; it ends with a row without a name. */
extern const struct option_row options_table[];

/* The row of a VM's key, or NULL. */
const struct option_row *options_find_key(const char *key, size_t length);

/* The names of all rows that `wanted` picks, at most n. Returns how many. */
size_t options_names(bool (*wanted)(const struct option_row *row, uint64_t bits), uint64_t bits,
	const char **ret_names, size_t n);

/* The name of the VM's key that is most like this one, or NULL. */
const char *options_nearest_key(const char *key);

#endif
