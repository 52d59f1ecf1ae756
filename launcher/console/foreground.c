/* SPDX-License-Identifier: MIT
 * `owrun run` without -d: being the console of the VM that was just started. */
#include "launcher/console/foreground.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/console/console.h"
#include "launcher/console/log.h"
#include "launcher/home/ended.h"
#include "launcher/qemu/shutdown.h"
#include "launcher/runtime/file.h"

static int report_end(const struct foreground *foreground)
{
	OWNED_FD log = runtime_file_open(
		foreground->runtime->directory_fd, RUNTIME_QEMU_LOG, RUNTIME_LOG_MAX);
	int status = spawn_reap(foreground->spawn);

	if (status != 0)
		log_print_tail(log, stderr);
	if (status == 0)
		text_say("VM '%s' has ended", foreground->name);
	else if (status == ENDED_UNKNOWN)
		text_say("VM '%s' has ended; nobody saw how", foreground->name);
	else if (status < 0)
		text_say("VM '%s' has ended: QEMU was killed by signal %d (%s)", foreground->name,
			-status, strsignal(-status));
	else
		text_say("VM '%s' has ended: QEMU failed with status %d", foreground->name, status);
	return status == 0 ? 0 : 1;
}

/* Reap QEMU, and tidy up what it left. */
static int finish(const struct foreground *foreground)
{
	int status = report_end(foreground);
	OWNED_MEMORY char *error = NULL;

	if (ended_clear_away(foreground->runtime, &error) < 0)
		text_say("%s", error);
	netd_client_sweep(foreground->client);
	return status;
}

static void say_left(const struct foreground *foreground)
{
	const char *name = foreground->name;
	bool monitor = foreground->what == SERIAL_TERMINAL_MONITOR;

	text_say(
		"VM '%s' goes on in the background; 'owrun %s %s' comes back, 'owrun stop %s' ends it",
		name, monitor ? "monitor" : "console", name, name);
}

int foreground_attend(const struct foreground *foreground)
{
	int pidfd = foreground->spawn->pidfd;
	OWNED_MEMORY char *error = NULL;
	struct console_setup setup = {
		.name = foreground->name,
		.runtime = foreground->runtime,
		.what = foreground->what,
		.pidfd = pidfd,
		.signals = foreground->signals,
		.escape = foreground->escape,
		/* In the monitor Ctrl-A goes to the start of the line. */
		.ctrl_a = foreground->what == SERIAL_TERMINAL_CONSOLE,
		.from_start = true,
	};

	if (foreground->what == SERIAL_TERMINAL_NOTHING)
		text_say(
			"nothing of VM '%s' leads to this terminal; Ctrl-C ends the VM, 'owrun run -d' would leave it in the background",
			foreground->name);
	switch (console_attach(&setup, &error)) {
	case CONSOLE_LEFT:
		say_left(foreground);
		return 0;
	case CONSOLE_ENDED:
		return finish(foreground);
	case CONSOLE_QUIT:
	case CONSOLE_SIGNAL:
		break;
	case CONSOLE_FAILED:
		text_say("%s; VM '%s' goes on in the background", error, foreground->name);
		return 1;
	}
	if (shutdown_quit(foreground->runtime, pidfd) < 0)
		shutdown_kill(pidfd);
	return finish(foreground);
}
