/* SPDX-License-Identifier: MIT
 * Which console of a VM is meant, and where its serial ports lead where there is none. */
#include "launcher/console/missing.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/runtime/state.h"

static bool is_console(const json_t *serials, size_t i)
{
	const char *target = json_string_value(json_array_get(serials, i));

	if (target == NULL)
		return false;
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

	for (size_t i = 0; i < json_array_size(serials); i++)
		missing = missing && !is_console(serials, i);
	if (missing && (first == NULL || strcmp(first, "none") == 0))
		text = text_format("VM '%s' has no console, as it has no serial port", name);
	else if (missing)
		text = text_format(
			"VM '%s' has no console, as its serial port leads to '%s'", name, first);
	json_decref(state);
	return text;
}

/* The console on the port of that number. NULL, with a sentence, where it is none. */
static const struct serial_console *find_port(
	const json_t *serials, const char *name, uint32_t number, char **reterr_text)
{
	const char *target = json_string_value(json_array_get(serials, number - 1));
	size_t first = 0;

	if (target == NULL || strcmp(target, "none") == 0) {
		text_fail(reterr_text, -ENOENT, "VM '%s' has no serial port %u", name,
			(unsigned int)number);
		return NULL;
	}
	if (!is_console(serials, number - 1)) {
		text_fail(reterr_text, -ENOENT,
			"serial port %u of VM '%s' is no console, as it leads to '%s'",
			(unsigned int)number, name, target);
		return NULL;
	}
	while (!is_console(serials, first))
		first++;
	return serial_console(first == number - 1 ? 0 : number - 1);
}

const struct serial_console *console_find(
	const struct runtime *runtime, const char *name, uint32_t number, char **reterr_text)
{
	const struct serial_console *found = NULL;
	json_t *state = NULL;

	if (number == 0) {
		*reterr_text = console_missing(runtime, name);
		return *reterr_text == NULL ? serial_console(0) : NULL;
	}
	state = state_read(runtime);
	found = find_port(json_object_get(state, "serials"), name, number, reterr_text);
	json_decref(state);
	return found;
}
