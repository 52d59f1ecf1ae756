/* SPDX-License-Identifier: MIT
 * `owrun clone`: a copy of a kept VM. */
#include "launcher/command/clone.h"

#include <stdio.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/change/clone.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept.h"

int copy_vm(const struct settings *settings, const char *source, const char *name, bool trust,
	char **reterr_text)
{
	OWNED_MEMORY char *forwards = NULL;
	OWNED_MEMORY char *directory = NULL;
	OWNED_MEMORY char *start = NULL;
	OWNED_FD signals = signals_open();
	const struct clone clone = {.source = source,
		.name = name,
		.trust = trust,
		.settings = settings,
		.signals = signals};
	int r = clone_make(&clone, &forwards, reterr_text);

	if (r < 0)
		return r;
	directory = vmdir_of_name(name);
	start = kept_start(name, directory, "");
	text_print(stdout, "%s: a copy of '%s'%s", name, source, start);
	if (forwards != NULL)
		text_say(
			"both have the forwards %s, which one of them can have at a time; 'owrun edit %s' changes those of the copy",
			forwards, name);
	return 0;
}

int clone_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = copy_vm(&options->settings, options->operand, options->rest[0],
		options->trust_directory, &error);

	return text_exit_status(r, error);
}
