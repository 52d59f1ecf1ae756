/* SPDX-License-Identifier: MIT
 * Options of capture, map and ssh: setters that the table names, see options/row.h. */
#ifndef OWVM_LAUNCHER_OPTIONS_CAPTURE_H
#define OWVM_LAUNCHER_OPTIONS_CAPTURE_H

#include "launcher/options/options.h"

int options_set_user(struct options *options, const char *value, char **reterr_text);
int options_set_svg(struct options *options, const char *value, char **reterr_text);
int options_set_count(struct options *options, const char *value, char **reterr_text);
int options_set_snap(struct options *options, const char *value, char **reterr_text);

#endif
