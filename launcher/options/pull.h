/* SPDX-License-Identifier: MIT
 * Options of pull and mkimage: setters that the table names, see options/row.h. */
#ifndef OWVM_LAUNCHER_OPTIONS_PULL_H
#define OWVM_LAUNCHER_OPTIONS_PULL_H

#include "launcher/options/options.h"

int options_set_image_name(struct options *options, const char *value, char **reterr_text);
int options_set_sha256(struct options *options, const char *value, char **reterr_text);
int options_set_image_size(struct options *options, const char *value, char **reterr_text);
int options_set_disk_size(struct options *options, const char *value, char **reterr_text);
int options_set_mirror(struct options *options, const char *value, char **reterr_text);
int options_set_key(struct options *options, const char *value, char **reterr_text);
int options_set_no_signature(struct options *options, const char *value, char **reterr_text);
int options_set_output(struct options *options, const char *value, char **reterr_text);
int options_set_quiet(struct options *options, const char *value, char **reterr_text);

#endif
