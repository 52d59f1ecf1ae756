/* SPDX-License-Identifier: MIT
 * `owrun stop`: end a VM, gently first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/deadline.h"
#include "launcher/door.h"
#include "launcher/halt.h"
#include "launcher/text.h"

/* Tell how long a means took, and whether it worked. */
static bool report(const char *name, const char *means, int64_t start, bool ended)
{
	double seconds = (double)(deadline_now() - start) / 1000;

	printf("%s: %s: %s after %.1f s\n", name, means, ended ? "ended" : "still there", seconds);
	fflush(stdout);
	return ended;
}

static bool stop(const char *name, const struct runtime *runtime, int pidfd, int timeout_ms)
{
	int64_t start = deadline_now();

	if (report(name, "power button", start, halt_powerdown(runtime, pidfd, timeout_ms)))
		return true;
	start = deadline_now();
	if (report(name, "quit", start, halt_quit(runtime, pidfd)))
		return true;
	start = deadline_now();
	return report(name, "kill", start, halt_kill(pidfd));
}

int stop_run(struct options *options)
{
	const char *name = options->operand;
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct runtime_places places = {0};
	struct door door = {0};
	OWNED_FD pidfd = -1;

	runtime_places_init(&places);
	if (runtime_find(&places, name, &runtime, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	pidfd = halt_open(&runtime);
	if (pidfd == -EAGAIN) {
		text_say("VM '%s' is being started just now; try again in a moment", name);
		return 1;
	}
	if (pidfd < 0 && pidfd != -ESRCH) {
		text_say("cannot find the process of VM '%s': %s", name, strerror(-pidfd));
		return 1;
	}
	if (pidfd >= 0 && !stop(name, &runtime, pidfd, (int)options->timeout * 1000)) {
		text_say(
			"VM '%s' (pid %d) cannot be ended even by SIGKILL", name, (int)runtime.pid);
		return 1;
	}
	runtime_remove(&runtime);
	door_init(&door);
	door_sweep(&door);
	return 0;
}
