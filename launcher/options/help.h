/* SPDX-License-Identifier: MIT
 * The command line of owrun: explaining it by the table. */
#ifndef OWVM_LAUNCHER_OPTIONS_HELP_H
#define OWVM_LAUNCHER_OPTIONS_HELP_H

#include <stdio.h>

#include "launcher/options/command.h"

/* One screen about a command. */
void options_print_help(const struct command *command, FILE *stream);

/* All options of VMs. */
void options_print_vm_help(FILE *stream);

#endif
