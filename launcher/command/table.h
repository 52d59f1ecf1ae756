/* SPDX-License-Identifier: MIT
 * The table of owrun's commands. */
#ifndef OWVM_LAUNCHER_COMMAND_TABLE_H
#define OWVM_LAUNCHER_COMMAND_TABLE_H

#include "launcher/options/command.h"

/* It ends with a row without a name. */
extern const struct command commands_table[];

#endif
