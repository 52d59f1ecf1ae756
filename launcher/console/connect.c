/* SPDX-License-Identifier: MIT
 * The console of a VM: getting to it, and who has it. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/socket-pair.h"
#include "launcher/base/text.h"
#include "launcher/console/missing.h"
#include "launcher/console/private.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/file.h"

#define CTRL_C 0x03
#define GREETING_PAUSE 2000 /* ms: QEMU greets at once whom it serves */
#define QMP_TIMEOUT 2000    /* ms */
#define BUSY_TRIES 10
#define BUSY_PAUSE 50000000    /* ns */
#define CLIENT "owrun-console" /* name of the fd at QEMU */

/* Returns the fd of a lock file, -EWOULDBLOCK when somebody else has it, or another -errno. */
static int lock(const struct runtime *runtime, const char *file)
{
	OWNED_FD fd = runtime_file_make(runtime->directory_fd, file, O_RDWR);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

/* QEMU serves one client of a socket; a second one would see nothing happen. */
int console_connect_monitor(struct console *console)
{
	const struct runtime *runtime = console->setup->runtime;
	OWNED_FD locked = lock(runtime, RUNTIME_MONITOR_LOCK);
	OWNED_FD fd = -1;

	if (locked < 0)
		return locked == -EWOULDBLOCK ? -EBUSY : locked;
	fd = runtime_connect(runtime, RUNTIME_MONITOR, SOCK_STREAM | SOCK_NONBLOCK);
	if (fd < 0)
		return fd;
	if (poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, GREETING_PAUSE) == 0)
		return -EBUSY;
	console->monitor = cleanup_steal_fd(&fd);
	cleanup_close(&console->monitor_lock);
	console->monitor_lock = cleanup_steal_fd(&locked);
	return 0;
}

int console_open_monitor(struct console *console, char **reterr_text)
{
	const char *name = console->setup->name;
	int r = console_connect_monitor(console);

	if (r == -EBUSY)
		return text_fail(reterr_text, r,
			"the monitor of VM '%s' is in use elsewhere; 'owrun monitor %s COMMAND' works nevertheless",
			name, name);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot reach the monitor of VM '%s': %s", name,
			strerror(-r));
	console->on_monitor = true;
	return 0;
}

/* Give QEMU a client of a console. Returns our end, -EBUSY when it has another client, or another
 * -errno. */
static int add_client(const struct runtime *runtime, const char *id)
{
	OWNED_MEMORY char *ignored = NULL;
	struct qmp qmp = {.socket = -1};
	OWNED_FD ours = -1;
	OWNED_FD theirs = -1;
	int r = socket_pair_make(&ours, &theirs);

	if (r == 0)
		r = qmp_connect(runtime, QMP_TIMEOUT, &qmp);
	if (r < 0)
		return r;
	r = qmp_run(&qmp, "getfd", json_pack("{s:s}", "fdname", CLIENT), theirs, QMP_TIMEOUT, NULL,
		&ignored);
	if (r == 0) {
		r = qmp_run(&qmp, "add_client",
			json_pack("{s:s, s:s}", "protocol", id, "fdname", CLIENT), -1, QMP_TIMEOUT,
			NULL, &ignored);
		r = r == -EREMOTEIO ? -EBUSY : r;
	}
	qmp_close(&qmp);
	if (r == 0 && fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		r = -errno;
	return r < 0 ? r : cleanup_steal_fd(&ours);
}

/* QEMU writes a byte to its log twice when a client's socket is full, which the one that it listens
 * on is very soon; so that is what is taken only where there is no other way. Returns the fd,
 * -EBUSY when somebody else types, or another -errno. */
static int connect_typing(const struct runtime *runtime, const struct serial_console *files)
{
	int fd = add_client(runtime, files->id);

	/* The last client may just have left. */
	for (int i = 0; fd == -EBUSY && i < BUSY_TRIES; i++) {
		nanosleep(&(struct timespec){.tv_nsec = BUSY_PAUSE}, NULL);
		fd = add_client(runtime, files->id);
	}
	if (fd >= 0 || fd == -EBUSY)
		return fd;
	return runtime_connect(runtime, files->socket, SOCK_STREAM | SOCK_NONBLOCK);
}

void console_set_keys(struct console *console)
{
	const struct console_setup *setup = console->setup;

	console->keys.escape = console->reader && setup->escape < 0 ? CTRL_C : setup->escape;
	console->keys.ctrl_a = setup->ctrl_a && !console->reader;
}

bool console_take_over(struct console *console)
{
	const struct runtime *runtime = console->setup->runtime;
	OWNED_FD locked = lock(runtime, console->files->lock);
	OWNED_FD fd = locked < 0 ? -1 : add_client(runtime, console->files->id);

	if (fd < 0)
		return false;
	console->lock = cleanup_steal_fd(&locked);
	console->socket = cleanup_steal_fd(&fd);
	console->reader = false;
	console_set_keys(console);
	return true;
}

char *console_title(const struct console_setup *setup)
{
	if (setup->what == SERIAL_TERMINAL_MONITOR)
		return text_format("monitor");
	if (setup->serial > 0)
		return text_format("serial port %u", (unsigned int)setup->serial);
	return text_format("console");
}

static int say_missing(const struct console_setup *setup, const char *missing, char **reterr_text)
{
	if (setup->serial > 0)
		return text_fail(reterr_text, -ENOENT, "%s; 'owrun status %s' lists its ports",
			missing, setup->name);
	return text_fail(reterr_text, -ENOENT, "%s; 'owrun monitor %s' is QEMU's monitor", missing,
		setup->name);
}

int console_open(struct console *console, char **reterr_text)
{
	const struct console_setup *setup = console->setup;
	OWNED_MEMORY char *missing = NULL;
	OWNED_MEMORY char *title = console_title(setup);
	int r = 0;

	console->files = console_find(setup->runtime, setup->name, setup->serial, &missing);
	if (console->files == NULL)
		return say_missing(setup, missing, reterr_text);
	console->lock = lock(setup->runtime, console->files->lock);
	if (console->lock >= 0)
		console->socket = connect_typing(setup->runtime, console->files);
	console->reader = console->lock == -EWOULDBLOCK || console->socket == -EBUSY;
	if (console->reader)
		cleanup_close(&console->lock);
	else if (console->lock < 0 || console->socket < 0)
		r = console->lock < 0 ? console->lock : console->socket;
	console_open_log(console);
	if (r == 0 && console->log < 0)
		r = -EIO;
	if (r < 0)
		return text_fail(reterr_text, r, "cannot reach the %s of VM '%s': %s", title,
			setup->name, strerror(-r));
	return 0;
}
