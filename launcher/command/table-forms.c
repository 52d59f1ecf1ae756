/* SPDX-License-Identifier: MIT
 * The table of owrun's commands: verbs and what stands behind them. */
#include "launcher/command/table-forms.h"

#define LISTS "list show info inspect"
#define ADDS "new create attach plug insert make"
#define REMOVES "delete del destroy detach unplug"

const struct command_form table_forms_nic[] = {
	{"add", ADDS, 2, 2, "add NAME bridge=BRIDGE|user"},
	{"remove", REMOVES " rm", 2, 2, "remove NAME ID"},
	{"ls", LISTS, 1, 1, "ls NAME"},
	{0},
};

const struct command_form table_forms_forward[] = {
	{"add", ADDS, 2, 2, "add NAME [wan:][ADDR:]HOST:GUEST"},
	{"rm", REMOVES " remove", 2, 2, "rm NAME HOST"},
	{"ls", LISTS, 0, 1, "ls [NAME]"},
	{"stdio", "connect", 2, 2, "stdio NAME PORT"},
	{0},
};

const struct command_form table_forms_snapshot[] = {
	{"ls", LISTS, 1, 1, "ls NAME"},
	{"rm", REMOVES " remove prune", 2, 2, "rm NAME LABEL"},
	{NULL, ADDS " add take save", 0, 1, "NAME [LABEL]"},
	{0},
};

const struct command_form table_forms_images[] = {
	{"ls", LISTS, 0, 0, "ls"},
	{"rm", REMOVES " remove", 1, 1, "rm NAME"},
	{"prune", "clean gc", 0, 0, "prune"},
	{0},
};
