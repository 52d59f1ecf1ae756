/* SPDX-License-Identifier: MIT
 * `owrun machines` and `owrun cpus`: what QEMU has, and what owrun takes of it by default. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/host.h"
#include "launcher/report.h"
#include "launcher/text.h"
#include "launcher/tool.h"

#define TOOL_TIMEOUT 10000 /* ms */

static const struct report_column columns[] = {
	{"name", "NAME"},
	{"default", "DEFAULT"},
	{"description", "DESCRIPTION"},
	{0},
};

static const struct report_column cpu_columns[] = {
	{"name", "NAME"},
	{"default", "DEFAULT"},
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
	return tool_run(argv, TOOL_TIMEOUT, ret_text, reterr_text);
}

static const char *mark(const char *name, const char *preset)
{
	size_t length = strcspn(preset, ",");

	return strlen(name) == length && memcmp(name, preset, length) == 0 ? "yes" : NULL;
}

/* "NAME   description (default)"; QEMU's own default is not owrun's. */
static void add_machine(json_t *rows, char *line, const struct arch *arch)
{
	size_t length = strcspn(line, " ");
	const char *description = line + length + strspn(line + length, " ");
	OWNED_MEMORY char *name = text_format("%.*s", (int)length, line);

	if (length > 0)
		json_array_append_new(
			rows, json_pack("{s:s, s:s?, s:s}", "name", name, "default",
				      mark(name, arch->machine), "description", description));
}

/* Of x86 "x86 NAME  description", of ARM "  NAME"; other lines are titles. */
static void add_cpu(json_t *rows, char *line, const struct arch *arch)
{
	char *at = strncmp(line, "x86 ", 4) == 0 ? line + 4 : line + strspn(line, " ");
	OWNED_MEMORY char *name = NULL;

	if (at == line || *at == '\0')
		return;
	name = text_format("%.*s", (int)strcspn(at, " "), at);
	json_array_append_new(
		rows, json_pack("{s:s, s:s?}", "name", name, "default", mark(name, arch->cpu_tcg)));
}

/* x86's list goes on with the flags of processors. */
static bool ends_cpus(const char *line)
{
	return strncmp(line, "Recognized CPUID flags", 22) == 0;
}

static int list(const struct options *options, const char *option,
	void (*add)(json_t *rows, char *line, const struct arch *arch),
	const struct report_column *shown)
{
	const struct arch *arch = options->vm.arch == NULL ? arch_host() : options->vm.arch;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *text = NULL;
	json_t *rows = json_array();
	char *rest = NULL, *line = NULL;
	int r = ask_qemu(arch, option, &text, &error);

	if (r < 0 || text == NULL) {
		text_say("%s", error == NULL ? "" : error);
		json_decref(rows);
		return 1;
	}
	rest = text;
	/* The first line is a title. */
	strsep(&rest, "\n");
	while ((line = strsep(&rest, "\n")) != NULL && !ends_cpus(line)) {
		text_clean(line);
		add(rows, line, arch);
	}
	report_print(rows, shown, options->json, stdout);
	json_decref(rows);
	return 0;
}

int machines_run(struct options *options)
{
	return list(options, "-machine", add_machine, columns);
}

int cpus_run(struct options *options)
{
	return list(options, "-cpu", add_cpu, cpu_columns);
}
