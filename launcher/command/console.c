/* SPDX-License-Identifier: MIT
 * `owrun console`, and `owrun monitor` in a terminal: to a VM in the background. */
#include "launcher/command/console.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/console/console.h"
#include "launcher/home/ended.h"
#include "launcher/home/vm-find.h"
#include "launcher/netd-client/client.h"
#include "launcher/qemu/run-state.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/file.h"

#define PAUSE_TIMEOUT 1000    /* ms for QEMU to tell whether the guest runs */
#define START_PAUSE 20000000L /* ns */

void attach_tidy_up(const struct runtime *runtime)
{
	struct netd_client client = {0};
	OWNED_MEMORY char *error = NULL;

	if (ended_clear_away(runtime, &error) < 0)
		text_say("%s", error);
	netd_client_init(&client);
	netd_client_sweep(&client);
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

/* The state file is written last, when the sockets are there. */
static bool has_started(const struct runtime *runtime)
{
	return runtime_file_is_there(runtime->directory_fd, RUNTIME_STATE);
}

int attach_find(const struct options *options, int timeout_ms, struct runtime *ret_runtime,
	int *ret_pidfd, char **reterr_text)
{
	const char *name = options->operand;
	int64_t deadline = deadline_in(timeout_ms);

	for (;;) {
		OWNED_RUNTIME runtime = RUNTIME_NONE;
		OWNED_FD pidfd = -1;
		bool late = deadline_left(deadline) == 0;
		int r = vm_find(name, &options->vmdir, &runtime, reterr_text);

		if (r < 0)
			return r;
		pidfd = runtime_process_open(&runtime);
		if (pidfd < 0 && late)
			return text_fail(reterr_text, pidfd, "cannot watch VM '%s': %s", name,
				strerror(-pidfd));
		if (pidfd >= 0 && (late || has_started(&runtime))) {
			*ret_pidfd = cleanup_steal_fd(&pidfd);
			*ret_runtime = runtime;
			runtime = (struct runtime)RUNTIME_NONE;
			return 0;
		}
		nanosleep(&(struct timespec){.tv_nsec = START_PAUSE}, NULL);
	}
}

/* Nothing comes of what is typed then. */
static void say_paused(const char *name, const struct runtime *runtime)
{
	OWNED_MEMORY char *reason = NULL;
	const char *state = run_state_ask(name, runtime, PAUSE_TIMEOUT, &reason);

	if (strcmp(state, RUN_STATE_PAUSED) == 0)
		text_say("VM '%s' is " RUN_STATE_PAUSED ": %s", name, reason);
}

int attach_vm(const struct options *options, enum serial_terminal what)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	OWNED_FD signals = -1;
	OWNED_FD pidfd = -1;

	if (attach_find(options, ATTACH_TIMEOUT, &runtime, &pidfd, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	say_paused(options->operand, &runtime);
	signals = signals_open();
	if (signals < 0) {
		text_say("cannot watch signals: %s", strerror(-signals));
		return 1;
	}
	return attach(
		&(struct console_setup){
			.name = options->operand,
			.runtime = &runtime,
			.what = what,
			.serial = options->serial,
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
