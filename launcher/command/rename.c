/* SPDX-License-Identifier: MIT
 * `owrun rename`: a kept VM gets another name. */
#include <stdio.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/change/rename.h"
#include "launcher/command/commands.h"

int rename_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *old = NULL;
	int r = 0;

	if (options->n_rest != 1) {
		text_say("'owrun rename' needs the name of a VM and its new one");
		return 2;
	}
	r = rename_vm(options->operand, options->rest[0], options->trust_directory, &old, &error);
	if (r == 0)
		text_print(stdout, "%s: was '%s'; 'owrun run %s' starts it", options->rest[0],
			options->operand, options->rest[0]);
	return text_exit_status(r, error);
}
