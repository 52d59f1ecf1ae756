/* SPDX-License-Identifier: MIT
 * Settings as JSON, for a VM that is started again. */
#ifndef OWVM_LAUNCHER_OPTIONS_SETTINGS_JSON_H
#define OWVM_LAUNCHER_OPTIONS_SETTINGS_JSON_H

#include <jansson.h>

#include "launcher/options/settings.h"

/* An array of [key, text], and back; the caller gives it back. What makes no sense is left out. */
json_t *settings_to_json(const struct settings *settings);
void settings_from_json(const json_t *array, struct settings *ret_settings);

#endif
