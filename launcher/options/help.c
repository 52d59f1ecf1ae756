/* SPDX-License-Identifier: MIT
 * The command line of owrun: explaining it by the table. */
#include "launcher/options/help.h"

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/form.h"
#include "launcher/options/table.h"

#define HELP_COLUMN 33 /* widest option with its value */

static void print_row(const struct option_row *row, FILE *stream)
{
	char letter[] = {',', ' ', '-', row->letter, '\0'};
	OWNED_MEMORY char *name =
		text_format("--%s%s%s%s", row->name, row->value == NULL ? "" : " ",
			row->value == NULL ? "" : row->value, row->letter == '\0' ? "" : letter);

	fprintf(stream, "  %-*s %s\n", HELP_COLUMN, name, row->help);
}

void options_print_help(const struct command *command, FILE *stream)
{
	OWNED_MEMORY char *usage = form_usage(command);

	fprintf(stream, "usage: owrun %s [OPTIONS]%s%s\n%s\n\n", command->name,
		usage[0] == '\0' ? "" : " ", usage, command->help->summary);
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if ((row->commands & command->bit) && !(row->flags & (OPTION_RARE | OPTION_AGAIN)))
			print_row(row, stream);
	if (command->help->more != NULL)
		fprintf(stream, "\n%s", command->help->more);
	fprintf(stream, "\nExample: %s\n", command->help->example);
}

void options_print_vm_help(FILE *stream)
{
	fputs("The options of VMs, for run, create and config; without dashes they are the keys of vm.conf:\n",
		stream);
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->set_vm != NULL)
			print_row(row, stream);
	fputs("Not for vm.conf, as --disk-size (see create), --mirror, --key, --insecure-no-signature (see pull):\n",
		stream);
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->set_vm == NULL && (row->flags & OPTION_RARE))
			print_row(row, stream);
}
