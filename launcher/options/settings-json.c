/* SPDX-License-Identifier: MIT
 * Settings as JSON, for a VM that is started again. */
#include "launcher/options/settings-json.h"

#include <string.h>

#include "launcher/options/table.h"

json_t *settings_to_json(const struct settings *settings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < settings->n; i++) {
		const struct setting *item = &settings->items[i];

		json_array_append_new(array, json_pack("[s, s]", item->row->name, item->text));
	}
	return array;
}

void settings_from_json(const json_t *array, struct settings *ret_settings)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *pair = json_array_get(array, i);
		const char *key = json_string_value(json_array_get(pair, 0));
		const char *text = json_string_value(json_array_get(pair, 1));
		const struct option_row *row =
			key == NULL ? NULL : options_find_key(key, strlen(key));

		if (row != NULL && text != NULL)
			settings_add(ret_settings, row, text, NULL, NULL);
	}
}
