/* SPDX-License-Identifier: MIT
 * The VM that a command with a verb is about: its second operand. */
#include "launcher/command/running.h"

#include "launcher/options/resolve.h"
#include "launcher/runtime/find.h"

int running_find(struct options *options, struct runtime *ret_runtime, char **reterr_text)
{
	struct runtime_places places = {0};
	int r = resolve_running(options->rest[0], options->trust_directory, &options->name,
		&options->vmdir, reterr_text);

	runtime_places_init(&places);
	return r < 0 ? r : runtime_find(&places, options->name, ret_runtime, reterr_text);
}
