/* SPDX-License-Identifier: MIT
 * Ending a VM: the power button, QEMU's quit, and death.
 *
 * A signal goes only through a pidfd, and only after the process behind it was seen to have started
 * when the VM's did: a pid alone may be another process by now. */
#include "launcher/qemu/shutdown.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/qemu/qmp.h"

#define PRESS_PAUSE 2000  /* ms between two presses of the power button */
#define PRESS_LEAST 1000  /* ms for QEMU to take a press, however little the guest gets */
#define QMP_TIMEOUT 3000  /* ms */
#define QUIT_TIMEOUT 3000 /* ms */
#define KILL_TIMEOUT 5000 /* ms: a process in the kernel may take a while */

int shutdown_open(const struct runtime *runtime)
{
	OWNED_MEMORY char *program = text_format("/proc/%d/exe", (int)runtime->holder.pid);
	OWNED_FD pidfd = -1;

	if (runtime->holder.pid <= 0)
		return -EAGAIN;
	pidfd = pidfd_open(runtime->holder.pid, 0);
	if (pidfd < 0)
		return -errno;
	/* owrun itself holds the lock until QEMU does. */
	if (file_same(program, "/proc/self/exe"))
		return -EAGAIN;
	if (!process_is_there(runtime->holder.pid, runtime->holder.start))
		return -ESRCH;
	return cleanup_steal_fd(&pidfd);
}

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
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_QMP);
	int64_t deadline = deadline_in(timeout_ms);
	int left = timeout_ms > PRESS_LEAST ? timeout_ms : PRESS_LEAST;
	/* QEMU serves one client at a time: this stands in line, in which it stays. */
	int r = qmp_command(path, "system_powerdown", left);

	if (r < 0)
		return await_end(pidfd, 0, r);
	/* Again and again: a guest that is booting misses what it cannot hear yet. */
	while ((left = deadline_left(deadline)) > 0) {
		if (ended(pidfd, left < PRESS_PAUSE ? left : PRESS_PAUSE))
			return 0;
		/* One that is on its way out does not answer any more, and is given its time. */
		(void)!qmp_command(path, "system_powerdown", deadline_left(deadline));
	}
	return await_end(pidfd, 0, 0);
}

int shutdown_quit(const struct runtime *runtime, int pidfd)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_QMP);
	int r = qmp_command(path, "quit", QMP_TIMEOUT);

	/* -EPIPE: it was faster than its answer. */
	return await_end(pidfd, QUIT_TIMEOUT, r == -EPIPE ? 0 : r);
}

bool shutdown_kill(int pidfd)
{
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return false;
	return ended(pidfd, KILL_TIMEOUT);
}
