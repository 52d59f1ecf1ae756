/* SPDX-License-Identifier: MIT
 * The command line of owrun: reading it by the table. */
#ifndef OWVM_LAUNCHER_OPTIONS_PARSE_H
#define OWVM_LAUNCHER_OPTIONS_PARSE_H

#include "launcher/options/command.h"
#include "launcher/options/options.h"

/* Read argv[0..n), all that follows the command's name, and make the VM of it that the command line
 * alone describes. Returns 0, or -EINVAL with a sentence; where a VM is described, the sentences of
 * all else that is wrong are in options->translation. */
int options_parse(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text);

#endif
