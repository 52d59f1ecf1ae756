/* SPDX-License-Identifier: MIT
 * The VMs that the operands of a command mean. */
#ifndef OWVM_LAUNCHER_COMMAND_OPERAND_H
#define OWVM_LAUNCHER_COMMAND_OPERAND_H

#include "launcher/options/command.h"
#include "launcher/options/options.h"

/* Let the operand be a name where a VM is meant by its directory. Returns 0, or -errno with a
 * sentence. */
int operand_resolve(const struct command *command, struct options *options, char **reterr_text);

/* Carry out a command that takes several names for each of them, or with `--all` for all that run.
 * That one fails keeps no other from being done. Returns the highest of the exit statuses. */
int operand_run_each(const struct command *command, struct options *options);

#endif
