/* SPDX-License-Identifier: MIT
 * The VM that a command with a verb is about: its second operand. */
#include "launcher/command/running.h"

#include "launcher/home/vm-find.h"
#include "launcher/options/resolve.h"

int running_find(struct options *options, struct runtime *ret_runtime, char **reterr_text)
{
	int r = resolve_running(options->rest[0], options->trust_directory, &options->name,
		&options->vmdir, reterr_text);

	return r < 0 ? r : vm_find(options->name, &options->vmdir, ret_runtime, reterr_text);
}
