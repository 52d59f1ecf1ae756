/* SPDX-License-Identifier: MIT
 * What a shell may put in the place of a word that is being typed. */
#ifndef OWVM_LAUNCHER_COMMAND_CANDIDATES_H
#define OWVM_LAUNCHER_COMMAND_CANDIDATES_H

#include <stddef.h>

#include "launcher/options/command.h"

/* Print them, a line each. The words are those behind "owrun"; the last is the one that is typed,
 * maybe empty, and what it begins with is left to the shell. Options are not among them. */
void candidates_print(const struct command *table, char *const *words, size_t n);

#endif
