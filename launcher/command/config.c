/* SPDX-License-Identifier: MIT
 * `owrun config`: what counts for a VM, and where each value comes from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/options/description.h"
#include "launcher/options/table.h"

static const struct report_column columns[] = {
	{"key", "KEY"},
	{"value", "VALUE"},
	{"origin", "FROM"},
	{0},
};

static void add_row(json_t *rows, const char *key, const char *value, const char *origin)
{
	json_array_append_new(rows, json_pack("{s:s, s:o, s:o}", "key", key, "value",
					    report_text(value), "origin", report_text(origin)));
}

/* What was said of the key, or what counts when nothing was. */
static void add_said(json_t *rows, const struct options *options, const struct option_row *row)
{
	const struct setting *last = settings_find(&options->settings, row);

	for (size_t i = 0; i < options->settings.n; i++) {
		const struct setting *item = &options->settings.items[i];

		if (item->row == row && (item == last || (row->flags & OPTION_REPEATS)))
			add_row(rows, row->name, item->text,
				item->origin == NULL ? "command line" : item->origin);
	}
	if (last == NULL && row->preset != NULL)
		add_row(rows, row->name, row->preset, "default");
}

/* What vm_complete() made of this host and the rest, as far as it came. */
static void add_derived(json_t *rows, const struct options *options, const struct option_row *row)
{
	const struct vm *vm = &options->vm;
	const char *value = NULL;
	OWNED_MEMORY char *text = NULL;

	if (settings_find(&options->settings, row) != NULL)
		return;
	if (strcmp(row->name, "name") == 0 && vm->name[0] != '\0')
		value = vm->name;
	else if (strcmp(row->name, "arch") == 0)
		value = vm->arch->name;
	else if (strcmp(row->name, "machine") == 0)
		value = vm->arch->machine;
	else if (strcmp(row->name, "append") == 0)
		value = vm->append;
	else if (strcmp(row->name, "serial") == 0 && vm->n_serials > 0)
		value = text = serial_format(&vm->serials[0]);
	if (value != NULL)
		add_row(rows, row->name, value, "default");
	for (size_t i = 0; strcmp(row->name, "nic") == 0 && i < vm->n_nics; i++) {
		OWNED_MEMORY char *nic = nic_format(&vm->nics[i]);

		add_row(rows, row->name, nic, "default");
	}
}

static int config(struct options *options, char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	json_t *rows = NULL;
	int r = description_load(options, &vmdir, reterr_text);

	if (r < 0)
		return r;
	/* Whoever wants to know why it does not start is to see what was said all the same. */
	r = vm_complete(&options->vm, geteuid(), reterr_text);
	rows = json_array();
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->set_vm != NULL) {
			add_said(rows, options, row);
			add_derived(rows, options, row);
		}
	report_print(rows, columns, options->json, stdout);
	json_decref(rows);
	return r;
}

int config_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = config(options, &error);

	return text_exit_status(r, error);
}
