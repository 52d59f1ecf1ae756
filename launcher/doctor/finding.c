/* SPDX-License-Identifier: MIT
 * What owrun doctor found: a list of lines, for people or as JSON. */
#include "launcher/doctor/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"

static const struct {
	const char *name, *colour;
} states[] = {
	[FINDING_OK] = {"ok", "\033[32m"},
	[FINDING_WARNING] = {"warning", "\033[33m"},
	[FINDING_BROKEN] = {"broken", "\033[31m"},
};

#define N_STATES (sizeof(states) / sizeof(states[0]))
#define COLOUR_OFF "\033[0m"

void finding_add(json_t *findings, enum finding_state state, const char *check, char *command,
	const char *format, ...)
{
	OWNED_MEMORY char *owned = command;
	OWNED_MEMORY char *text = NULL;
	json_t *row = NULL;
	va_list list;
	int length = 0;

	va_start(list, format);
	length = vasprintf(&text, format, list);
	va_end(list);
	if (length < 0)
		abort();
	row = json_pack("{s:s, s:s, s:o, s:o}", "check", check, "state", states[state].name, "text",
		report_text(text), "command", owned == NULL ? json_null() : report_text(owned));
	if (row == NULL)
		abort();
	json_array_append_new(findings, row);
}

void finding_for_root(json_t *findings)
{
	static const char sudo[] = "sudo ";

	for (size_t i = 0; i < json_array_size(findings); i++) {
		json_t *finding = json_array_get(findings, i);
		json_t *command = json_object_get(finding, "command");
		const char *rest = json_string_value(command), *at = NULL;
		OWNED_MEMORY char *plain = text_format("%s", "");

		while (rest != NULL && (at = strstr(rest, sudo)) != NULL) {
			text_append(&plain, "%.*s", (int)(at - rest), rest);
			rest = at + strlen(sudo);
		}
		if (rest == NULL)
			continue;
		text_append(&plain, "%s", rest);
		json_object_set_new(finding, "command", report_text(plain));
	}
}

static const char *member(const json_t *finding, const char *key)
{
	return json_string_value(json_object_get(finding, key));
}

bool finding_any_broken(const json_t *findings)
{
	for (size_t i = 0; i < json_array_size(findings); i++)
		if (strcmp(member(json_array_get(findings, i), "state"),
			    states[FINDING_BROKEN].name) == 0)
			return true;
	return false;
}

static const char *colour_of(const char *state)
{
	for (size_t i = 0; i < N_STATES; i++)
		if (strcmp(states[i].name, state) == 0)
			return states[i].colour;
	return "";
}

static void print_one(const json_t *finding, bool colour, FILE *stream)
{
	const char *state = member(finding, "state"), *command = member(finding, "command");

	fprintf(stream, "%s%-7s%s", colour ? colour_of(state) : "", state,
		colour ? COLOUR_OFF : "");
	text_print(stream, "  %-10s  %s", member(finding, "check"), member(finding, "text"));
	if (command != NULL)
		text_print(stream, "                       %s", command);
}

void finding_print(const json_t *findings, bool colour, FILE *stream)
{
	for (size_t i = 0; i < json_array_size(findings); i++)
		print_one(json_array_get(findings, i), colour, stream);
}
