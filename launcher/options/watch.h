/* SPDX-License-Identifier: MIT
 * Options of what looks at VMs, or waits for them: setters that the table names, see
 * options/row.h. */
#ifndef OWVM_LAUNCHER_OPTIONS_WATCH_H
#define OWVM_LAUNCHER_OPTIONS_WATCH_H

#include "launcher/options/options.h"

int options_set_lines(struct options *options, const char *value, char **reterr_text);
int options_set_ended(struct options *options, const char *value, char **reterr_text);
int options_set_serial(struct options *options, const char *value, char **reterr_text);
int options_set_console_escape(struct options *options, const char *value, char **reterr_text);
int options_set_timeout(struct options *options, const char *value, char **reterr_text);

#endif
