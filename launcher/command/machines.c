/* SPDX-License-Identifier: MIT
 * `owrun machines` and `owrun cpus`: what QEMU has, and what owrun takes of it by default. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/command/commands.h"
#include "launcher/host/accel.h"
#include "launcher/host/host.h"
#include "launcher/host/qemu-help.h"

#define TOOL_TIMEOUT 10000 /* ms */

static const struct report_column columns[] = {
	{"name", "NAME"},
	{"default", "DEFAULT"},
	{"description", "DESCRIPTION"},
	{0},
};

/* Run the architecture's QEMU with "OPTION help". */
static int ask_qemu(
	const struct arch *arch, const char *option, char **ret_text, char **reterr_text)
{
	OWNED_MEMORY char *qemu = NULL;
	OWNED_MEMORY char *copy = text_format("%s", option);
	char help[] = "help";
	int r = host_find_qemu(arch, getenv("PATH"), &qemu, reterr_text);
	char *const argv[] = {qemu, copy, help, NULL};

	if (r < 0)
		return r;
	return tool_run(argv, -1, TOOL_TIMEOUT, ret_text, reterr_text);
}

/* The processor of a guest that may have KVM where it works, as `run` has it. */
static const char *default_cpu(const struct arch *arch)
{
	struct accel_facts facts = {0};
	enum accel accel = ACCEL_TCG;
	OWNED_MEMORY char *reason = NULL;
	OWNED_MEMORY char *error = NULL;

	accel_probe(&facts);
	facts.foreign = !arch_is_native(arch);
	if (accel_choose(ACCEL_AUTO, &facts, &accel, &reason, &error) < 0)
		accel = ACCEL_TCG;
	return accel == ACCEL_KVM ? "host" : arch->cpu_tcg;
}

static const char *mark(const char *name, const char *preset)
{
	size_t length = strcspn(preset, ",");

	return strlen(name) == length && memcmp(name, preset, length) == 0 ? "yes" : NULL;
}

/* For people all that is told of it is one text; the caller frees it. NULL where it is empty. */
static char *describe(const struct qemu_help *help)
{
	const char *text = help->description == NULL ? "" : help->description;

	if (help->alias_of != NULL)
		return text_format(
			"%s%salias of %s", text, *text == '\0' ? "" : "; ", help->alias_of);
	if (help->deprecated)
		return text_format("%s%sdeprecated", text, *text == '\0' ? "" : "; ");
	return *text == '\0' ? NULL : text_format("%s", text);
}

static json_t *row_of(const struct qemu_help *help, const char *preset, bool json)
{
	OWNED_MEMORY char *text = describe(help);
	json_t *row = json_pack("{s:s, s:s?, s:s?}", "name", help->name, "default",
		mark(help->name, preset), "description", json ? help->description : text);

	if (row == NULL)
		abort();
	if (json) {
		json_object_set_new(row, "alias_of",
			help->alias_of == NULL ? json_null() : json_string(help->alias_of));
		json_object_set_new(row, "deprecated", json_boolean(help->deprecated));
	}
	return row;
}

static json_t *rows_of(char *text, const char *preset, bool json)
{
	json_t *rows = json_array();
	char *rest = text, *line = NULL;

	if (rows == NULL)
		abort();
	while ((line = strsep(&rest, "\n")) != NULL && !qemu_help_ends(line)) {
		struct qemu_help help = {0};

		if (qemu_help_read(line, &help))
			json_array_append_new(rows, row_of(&help, preset, json));
	}
	return rows;
}

static const struct arch *arch_of(const struct options *options)
{
	return options->vm.arch == NULL ? arch_host() : options->vm.arch;
}

static int list(const struct options *options, const char *option, const char *preset)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *text = NULL;
	json_t *rows = NULL;

	if (ask_qemu(arch_of(options), option, &text, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	rows = rows_of(text, preset, options->json);
	report_print(rows, columns, options->json, stdout);
	json_decref(rows);
	return 0;
}

int machines_run(struct options *options)
{
	return list(options, "-machine", arch_of(options)->machine);
}

int cpus_run(struct options *options)
{
	return list(options, "-cpu", default_cpu(arch_of(options)));
}
