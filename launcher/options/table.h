/* SPDX-License-Identifier: MIT
 * The one table of options, for parsing, help, vm.conf and completion. */
#ifndef OWVM_LAUNCHER_OPTIONS_TABLE_H
#define OWVM_LAUNCHER_OPTIONS_TABLE_H

#include "launcher/options/row.h"

/* The table; it ends with a row without a name. */
extern const struct option_row options_table[];

/* The row of a VM's key, or NULL. */
const struct option_row *options_find_key(const char *key, size_t length);

/* The name of the row, among those of the commands `bits`, of which the word is a slip, or NULL.
 * One that gives up a protection is not proposed. */
const char *options_nearest(const char *word, uint64_t bits);

/* Likewise among the keys of a VM. */
const char *options_nearest_key(const char *word);

#endif
