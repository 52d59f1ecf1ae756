/* SPDX-License-Identifier: MIT
 * The table of owrun's commands: verbs and what stands behind them. */
#ifndef OWVM_LAUNCHER_COMMAND_TABLE_FORMS_H
#define OWVM_LAUNCHER_COMMAND_TABLE_FORMS_H

#include "launcher/options/command.h"

extern const struct command_form table_forms_nic[];
extern const struct command_form table_forms_forward[];
extern const struct command_form table_forms_snapshot[];
extern const struct command_form table_forms_images[];

#endif
