/* SPDX-License-Identifier: MIT
 * Options of what changes the inside of images: setters that the table names, see options/row.h. */
#ifndef OWVM_LAUNCHER_OPTIONS_EDIT_H
#define OWVM_LAUNCHER_OPTIONS_EDIT_H

#include "launcher/options/options.h"

int options_add_recipe(struct options *options, const char *value, char **reterr_text);
int options_set_owner(struct options *options, const char *value, char **reterr_text);

#endif
