/* SPDX-License-Identifier: MIT
 * `owrun console`, and `owrun monitor` in a terminal: to a VM in the background. */
#include "launcher/attach.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/console.h"
#include "launcher/door.h"
#include "launcher/halt.h"
#include "launcher/signals.h"
#include "launcher/text.h"

void attach_tidy_up(const struct runtime *runtime)
{
	struct door door = {0};

	runtime_remove(runtime);
	door_init(&door);
	door_sweep(&door);
}

static int attach(const struct console_setup *setup, const char *name)
{
	OWNED_MEMORY char *error = NULL;

	switch (console_attach(setup, &error)) {
	case CONSOLE_LEFT:
		text_say("VM '%s' goes on", name);
		return 0;
	case CONSOLE_ENDED:
		text_say("VM '%s' has ended", name);
		attach_tidy_up(setup->runtime);
		return 0;
	case CONSOLE_FAILED:
		text_say("%s", error);
		return 1;
	case CONSOLE_SIGNAL:
	case CONSOLE_QUIT:
		break;
	}
	return 1;
}

int attach_vm(const struct options *options, enum serial_terminal what)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct runtime_places places = {0};
	OWNED_FD signals = -1;
	OWNED_FD pidfd = -1;

	runtime_places_init(&places);
	if (runtime_find(&places, options->operand, &runtime, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	pidfd = halt_open(&runtime);
	signals = signals_open();
	if (pidfd < 0 || signals < 0) {
		text_say("cannot watch VM '%s': %s", options->operand,
			strerror(pidfd < 0 ? -pidfd : -signals));
		return 1;
	}
	return attach(
		&(struct console_setup){
			.name = options->operand,
			.runtime = &runtime,
			.what = what,
			.pidfd = pidfd,
			.signals = signals,
			.escape = options->escape,
		},
		options->operand);
}

int attach_run(struct options *options)
{
	return attach_vm(options, SERIAL_TERMINAL_CONSOLE);
}
