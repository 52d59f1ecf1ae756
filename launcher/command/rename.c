/* SPDX-License-Identifier: MIT
 * `owrun rename`: a kept VM gets another name. */
#include <stdio.h>

#include "common/cleanup.h"
#include "launcher/autostart/autostart.h"
#include "launcher/base/text.h"
#include "launcher/change/rename.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept.h"

/* What systemd starts has its new name. */
static void move_unit(const char *old, const char *new)
{
	OWNED_MEMORY char *directory = vmdir_of_name(new);
	OWNED_MEMORY char *error = NULL;
	bool was = false;
	int r = autostart_disable(old, &was, &error);

	if (r == 0 && was)
		r = autostart_enable(new, directory, &error);
	if (r < 0)
		text_say("%s; 'owrun enable %s' lets systemd start it", error, new);
}

static void tell(const char *old, const char *new)
{
	OWNED_MEMORY char *directory = vmdir_of_name(new);
	OWNED_MEMORY char *start = kept_start(new, directory, "");

	text_print(stdout, "%s: was '%s'%s", new, old, start);
}

int rename_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *old = NULL;
	int r = rename_vm(
		options->operand, options->rest[0], options->trust_directory, &old, &error);

	if (r == 0)
		move_unit(old, options->rest[0]);
	if (r == 0)
		tell(options->operand, options->rest[0]);
	return text_exit_status(r, error);
}
