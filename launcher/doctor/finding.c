/* SPDX-License-Identifier: MIT
 * What owrun doctor found: a list of lines, for people or as JSON. */
#include "launcher/doctor/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/base/wrap.h"

static const struct {
	const char *name, *colour;
} states[] = {
	[FINDING_OK] = {"ok", "\033[32m"},
	[FINDING_WARNING] = {"warning", "\033[33m"},
	[FINDING_BROKEN] = {"broken", "\033[31m"},
};

#define N_STATES (sizeof(states) / sizeof(states[0]))
#define STATE_WIDTH 7
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

/* A command is never parted: it is there to be pasted. */
static void print_one(const json_t *finding, bool colour, FILE *stream)
{
	const char *state = member(finding, "state"), *command = member(finding, "command");
	OWNED_MEMORY char *text = visible_line(member(finding, "text"));
	OWNED_MEMORY char *line =
		text_format("%-*s  %-10s  %s", STATE_WIDTH, state, member(finding, "check"), text);
	OWNED_MEMORY char *wrapped = wrap_text(line, terminal_columns(stream));

	fprintf(stream, "%s%.*s%s%s\n", colour ? colour_of(state) : "", STATE_WIDTH, wrapped,
		colour ? COLOUR_OFF : "", wrapped + STATE_WIDTH);
	if (command != NULL)
		text_print(stream, "                       %s", command);
}

static size_t print_state(const json_t *findings, const char *state, bool colour, FILE *stream)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);

		if (strcmp(member(finding, "state"), state) != 0)
			continue;
		print_one(finding, colour, stream);
		n++;
	}
	return n;
}

void finding_print(const json_t *findings, bool colour, FILE *stream)
{
	size_t broken = print_state(findings, states[FINDING_BROKEN].name, colour, stream);
	size_t warnings = print_state(findings, states[FINDING_WARNING].name, colour, stream);
	size_t fine = print_state(findings, states[FINDING_OK].name, colour, stream);

	fprintf(stream, "%zu broken, %zu warning%s, %zu ok%s\n", broken, warnings,
		warnings == 1 ? "" : "s", fine,
		broken + warnings == 0 ? ""
				       : "; the line below a finding is the command that mends it");
}
