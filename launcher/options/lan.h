/* SPDX-License-Identifier: MIT
 * Options of `lan`: setters that the table names. */
#ifndef OWVM_LAUNCHER_OPTIONS_LAN_H
#define OWVM_LAUNCHER_OPTIONS_LAN_H

#include "launcher/options/options.h"

/* Each returns 0 or -EINVAL with a sentence. */
int options_set_address(struct options *options, const char *value, char **reterr_text);
int options_set_interface(struct options *options, const char *value, char **reterr_text);

#endif
