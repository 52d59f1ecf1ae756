/* SPDX-License-Identifier: MIT
 * How many operands a command takes, and behind which verb. */
#ifndef OWVM_LAUNCHER_OPTIONS_FORM_H
#define OWVM_LAUNCHER_OPTIONS_FORM_H

#include <stddef.h>

#include "launcher/options/command.h"

/* The command's operands as its usage has them. The caller frees it. */
char *form_usage(const struct command *command);

/* How many operands the command takes at most: each word of `rest` names one. */
size_t form_most(const struct command *command);

/* Is none of the n operands missing, and none too many behind a verb? A word of
 * another program's is no verb, unless a VM has that name. Returns 0, or -EINVAL with a sentence
 * that has the usage. */
int form_check(const struct command *command, char *const *operands, size_t n, char **reterr_text);

#endif
