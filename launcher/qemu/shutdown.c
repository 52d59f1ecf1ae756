/* SPDX-License-Identifier: MIT
 * Ending a VM: the power button, QEMU's quit, and death. */
#include "launcher/qemu/shutdown.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "launcher/base/deadline.h"
#include "launcher/base/wait-line.h"
#include "launcher/qemu/qmp.h"

#define PRESS_PAUSE 2000  /* ms between two presses of the power button */
#define PRESS_LEAST 1000  /* ms for QEMU to take a press, however little the guest gets */
#define QMP_TIMEOUT 3000  /* ms */
#define QUIT_TIMEOUT 3000 /* ms */
#define KILL_TIMEOUT 5000 /* ms: a process in the kernel may take a while */

static bool ended(int pidfd, int timeout_ms)
{
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};

	return poll(&wait, 1, timeout_ms) > 0;
}

/* Wait for the end after a command that QEMU has taken (0) or not (-errno). */
static int await_end(int pidfd, int timeout_ms, int taken)
{
	if (ended(pidfd, taken == 0 ? timeout_ms : 0))
		return 0;
	if (taken == -ETIMEDOUT)
		return -EBUSY;
	return taken < 0 ? taken : -ETIMEDOUT;
}

int shutdown_powerdown(const struct runtime *runtime, int pidfd, int timeout_ms)
{
	int64_t deadline = deadline_in(timeout_ms);
	int left = timeout_ms > PRESS_LEAST ? timeout_ms : PRESS_LEAST;
	/* QEMU serves one client at a time: this stands in line, in which it stays. */
	int r = qmp_command(runtime, "system_powerdown", left);
	OWNED_WAIT_LINE line = {0};

	wait_line_start(&line, "power button");
	if (r < 0)
		return await_end(pidfd, 0, r);
	/* Again and again: a guest that is booting misses what it cannot hear yet. */
	while ((left = deadline_left(deadline)) > 0) {
		if (ended(pidfd, left < PRESS_PAUSE ? left : PRESS_PAUSE))
			return 0;
		wait_line_show(&line);
		/* One that is on its way out does not answer any more, and is given its time. */
		(void)!qmp_command(runtime, "system_powerdown", deadline_left(deadline));
	}
	return await_end(pidfd, 0, 0);
}

int shutdown_quit(const struct runtime *runtime, int pidfd)
{
	int r = qmp_command(runtime, "quit", QMP_TIMEOUT);

	/* -EPIPE: it was faster than its answer. */
	return await_end(pidfd, QUIT_TIMEOUT, r == -EPIPE ? 0 : r);
}

bool shutdown_kill(int pidfd)
{
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return false;
	return ended(pidfd, KILL_TIMEOUT);
}
