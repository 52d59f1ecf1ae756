/* SPDX-License-Identifier: MIT
 * Options of what changes kept VMs: setters that the table names, see options/row.h. */
#ifndef OWVM_LAUNCHER_OPTIONS_CHANGE_H
#define OWVM_LAUNCHER_OPTIONS_CHANGE_H

#include "launcher/options/options.h"

int options_add_unset(struct options *options, const char *value, char **reterr_text);

int options_set_from(struct options *options, const char *value, char **reterr_text);

#endif
