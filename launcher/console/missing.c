/* SPDX-License-Identifier: MIT
 * A VM without a console: where its serial ports lead instead. */
#include "launcher/console/missing.h"

#include <stdbool.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/runtime/state.h"

static bool is_console(const char *target)
{
	return strcmp(target, "console") == 0 || strcmp(target, "stdio") == 0 ||
	       strcmp(target, "mon:stdio") == 0;
}

char *console_missing(const struct runtime *runtime, const char *name)
{
	json_t *state = state_read(runtime);
	const json_t *serials = json_object_get(state, "serials");
	const char *first = json_string_value(json_array_get(serials, 0));
	bool missing = json_is_array(serials);
	char *text = NULL;

	for (size_t i = 0; i < json_array_size(serials); i++) {
		const char *target = json_string_value(json_array_get(serials, i));

		missing = missing && !(target != NULL && is_console(target));
	}
	if (missing && (first == NULL || strcmp(first, "none") == 0))
		text = text_format("VM '%s' has no console, as it has no serial port", name);
	else if (missing)
		text = text_format(
			"VM '%s' has no console, as its serial port leads to '%s'", name, first);
	json_decref(state);
	return text;
}
