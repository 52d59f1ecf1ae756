/* SPDX-License-Identifier: MIT
 * Does the guest live? There are hosts where KVM starts a VM that then never gets anywhere.
 *
 * That its processor moves proves nothing: where such a host emulates it, it does, at some thousand
 * instructions a second, and the firmware alone would take hours. */
#include "launcher/qemu/watchdog.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/file.h"

#define DISK_PAUSE 250	 /* ms between two looks at the disks */
#define QMP_TIMEOUT 1000 /* ms */
#define EVENTS_SIZE 512	 /* bytes */

bool watchdog_can_see(const struct vm *vm)
{
	bool console = false;

	for (size_t i = 0; i < vm->n_serials; i++)
		console = console || serial_is_console(&vm->serials[i]);
	return console || vm->n_disks > 0;
}

static int open_log(const struct runtime *runtime)
{
	return runtime_file_open(runtime->directory_fd, RUNTIME_CONSOLE_LOG, RUNTIME_LOG_MAX);
}

/* An fd that is readable when the log grew; -1 where there is none, and looks have to do. */
static int watch_log(const struct runtime *runtime)
{
	OWNED_FD log = open_log(runtime);
	OWNED_FD fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", log);

	if (log < 0 || fd < 0 || inotify_add_watch(fd, path, IN_MODIFY) < 0)
		return -1;
	return cleanup_steal_fd(&fd);
}

static bool console_spoke(const struct runtime *runtime)
{
	OWNED_FD log = open_log(runtime);
	struct stat status = {0};

	return log >= 0 && fstat(log, &status) == 0 && status.st_size > 0;
}

static bool any_read(const json_t *disks)
{
	const json_t *disk = NULL;
	size_t i = 0;

	json_array_foreach(disks, i, disk)
	{
		const json_t *stats = json_object_get(disk, "stats");

		if (json_integer_value(json_object_get(stats, "rd_operations")) > 0)
			return true;
	}
	return false;
}

static bool disk_was_read(const struct runtime *runtime)
{
	json_t *disks = NULL;
	bool found = false;

	if (qmp_ask(runtime, "query-blockstats", QMP_TIMEOUT, &disks) == 0) {
		found = any_read(disks);
		json_decref(disks);
	}
	return found;
}

int watchdog_wait(
	const struct spawn *spawn, const struct runtime *runtime, int signals, int timeout_ms)
{
	OWNED_FD watch = watch_log(runtime);
	int64_t deadline = deadline_in(timeout_ms);
	char events[EVENTS_SIZE];
	struct pollfd waits[] = {{.fd = spawn->pidfd, .events = POLLIN},
		{.fd = signals, .events = POLLIN}, {.fd = watch, .events = POLLIN}};

	/* What grew before the watch was there is seen by the first look. */
	while (!console_spoke(runtime) && !disk_was_read(runtime)) {
		int left = deadline_left(deadline);

		if (left == 0)
			return -ETIMEDOUT;
		if (poll(waits, 3, left < DISK_PAUSE ? left : DISK_PAUSE) <= 0)
			continue;
		if (waits[0].revents != 0)
			return -ECHILD;
		if (waits[1].revents != 0)
			return -EINTR;
		/* Emptying the log tells, too. */
		(void)!read(watch, events, sizeof(events));
	}
	return 0;
}
