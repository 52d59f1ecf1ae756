/* SPDX-License-Identifier: MIT
 * Ending a VM by its name, with what is said about it: `owrun stop` and `owrun kill`. */
#include "launcher/command/stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/console.h"
#include "launcher/home/vm-find.h"
#include "launcher/qemu/shutdown.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/find.h"

/* Tell how long a means took, and whether it worked: r is 0, or as of qemu/shutdown.h. */
static bool report(const char *name, const char *means, int64_t start, int r)
{
	double seconds = (double)(deadline_now() - start) / 1000;

	if (r == 0 || r == -ETIMEDOUT)
		text_print(stdout, "%s: %s: %s after %.1f s", name, means,
			r == 0 ? "ended" : "still there", seconds);
	else
		text_print(stdout, "%s: no %s: %s, for %.1f s", name, means,
			r == -EBUSY ? "QMP is busy, or QEMU hangs" : strerror(-r), seconds);
	fflush(stdout);
	return r == 0;
}

static bool do_kill(const char *name, int pidfd)
{
	return report(name, "kill", deadline_now(), shutdown_kill(pidfd) ? 0 : -ETIMEDOUT);
}

static bool do_stop(const char *name, const struct runtime *runtime, int pidfd, int timeout_ms)
{
	int64_t start = deadline_now();

	if (report(name, "power button", start, shutdown_powerdown(runtime, pidfd, timeout_ms)))
		return true;
	start = deadline_now();
	if (report(name, "quit", start, shutdown_quit(runtime, pidfd)))
		return true;
	return do_kill(name, pidfd);
}

/* The pid that was noted does not hold the lock. */
static int say_no_process(const char *name, const struct runtime *runtime, int error)
{
	if (error == -ESRCH)
		text_say(
			"VM '%s' lives, but not as pid %d, which started it: 'fuser %s/" RUNTIME_LOCK
			"' shows the process that has to end",
			name, (int)runtime->holder.pid, runtime->directory);
	else
		text_say("cannot find the process of VM '%s': %s", name, strerror(-error));
	return 1;
}

/* Find the VM and its process. *ret_pidfd is -1 when it has just ended. */
static int open_vm(
	const char *name, const struct vmdir *vmdir, struct runtime *ret_runtime, int *ret_pidfd)
{
	OWNED_MEMORY char *error = NULL;

	if (vm_find(name, vmdir, ret_runtime, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	*ret_pidfd = runtime_process_open(ret_runtime);
	if (*ret_pidfd == -EAGAIN) {
		text_say("VM '%s' is being started just now; try again in a moment", name);
		return 1;
	}
	if (*ret_pidfd < 0 && (*ret_pidfd != -ESRCH || runtime_alive(ret_runtime)))
		return say_no_process(name, ret_runtime, *ret_pidfd);
	return 0;
}

static int end(const char *name, const struct vmdir *vmdir, bool gently, unsigned int timeout)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_FD pidfd = -1;
	bool ended = false;

	if (open_vm(name, vmdir, &runtime, &pidfd) != 0)
		return 1;
	if (pidfd < 0)
		ended = true;
	else if (gently)
		ended = do_stop(name, &runtime, pidfd, (int)timeout * 1000);
	else
		ended = do_kill(name, pidfd);
	if (!ended) {
		text_say("VM '%s' (pid %d) cannot be ended even by SIGKILL", name,
			(int)runtime.holder.pid);
		return 1;
	}
	attach_tidy_up(&runtime);
	return 0;
}

bool stop_is_running(const char *name)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	return runtime_find_any(&places, name, &runtime, &error) == 0 && runtime_alive(&runtime);
}

int stop_vm(const char *name, unsigned int timeout)
{
	return end(name, NULL, true, timeout);
}

int stop_vm_now(const char *name)
{
	return end(name, NULL, false, 0);
}

int stop_run(struct options *options)
{
	return end(options->operand, &options->vmdir, true, options->timeout);
}

int kill_run(struct options *options)
{
	return end(options->operand, &options->vmdir, false, 0);
}
