/* SPDX-License-Identifier: MIT
 * `owrun help`: the commands, and topics of one screen each. */
#ifndef OWVM_LAUNCHER_COMMAND_TOPICS_H
#define OWVM_LAUNCHER_COMMAND_TOPICS_H

#include <stdio.h>

#include "launcher/options/command.h"

/* The list of the commands of a table. */
void topics_print_commands(const struct command *table, FILE *stream);

/* The name of the i-th topic, NULL behind the last. */
const char *topics_name(size_t i);

#endif
