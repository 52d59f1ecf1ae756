/* SPDX-License-Identifier: MIT
 * A terminal (or a pipe) as the console of a VM.
 *
 * What the guest prints is read from the console's log, followed by inotify; the socket takes what
 * is typed, and its own output is thrown away. So what was printed before, between and after is
 * shown exactly once, whenever QEMU took the connection. */
#include "launcher/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/console-private.h"
#include "launcher/log.h"
#include "launcher/socket.h"
#include "launcher/terminal.h"
#include "launcher/text.h"

#define REPLAY_MAX 8192 /* bytes of earlier output that an attaching terminal sees */
#define POLL_PAUSE 100	/* ms, where inotify is not to be had */

enum wait { WAIT_INPUT, WAIT_SOCKET, WAIT_LOG, WAIT_MONITOR, WAIT_SIGNALS, WAIT_PIDFD, WAIT_COUNT };

static void console_close(struct console *console)
{
	cleanup_close(&console->socket);
	cleanup_close(&console->log);
	cleanup_close(&console->watch);
	cleanup_close(&console->monitor);
}

#define OWNED_CONSOLE __attribute__((cleanup(console_close))) struct console

int console_write(const void *data, size_t size)
{
	const char *rest = data;

	while (size > 0) {
		ssize_t written = write(STDOUT_FILENO, rest, size);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			rest += written;
			size -= (size_t)written;
		}
	}
	return 0;
}

/* Show what the log has and was not shown. */
static int show_log(const struct console *console)
{
	char data[CONSOLE_CHUNK];
	ssize_t length = 0;

	while ((length = read(console->log, data, sizeof(data))) > 0) {
		int r = console_write(data, (size_t)length);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Read what a socket has. Returns its length, 0 when there is nothing now, -EPIPE at its end. */
static ssize_t drain(int socket, void *data, size_t size)
{
	ssize_t length = recv(socket, data, size, 0);

	if (length > 0)
		return length;
	return length < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -EPIPE;
}

static int show_monitor(struct console *console)
{
	char data[CONSOLE_CHUNK];
	ssize_t length = drain(console->monitor, data, sizeof(data));

	if (length > 0)
		return console_write(data, (size_t)length);
	if (length < 0) {
		cleanup_close(&console->monitor);
		console->on_monitor = false;
	}
	return 0;
}

static void set_waits(const struct console *console, struct pollfd waits[WAIT_COUNT])
{
	short send = console->n_typed > 0 ? POLLOUT : 0;
	bool read_input = console->input && console->n_typed == 0;

	waits[WAIT_INPUT] = (struct pollfd){.fd = read_input ? STDIN_FILENO : -1, .events = POLLIN};
	waits[WAIT_SOCKET] = (struct pollfd){.fd = console->socket,
		.events = (short)(POLLIN | (console->on_monitor ? 0 : send))};
	waits[WAIT_LOG] = (struct pollfd){.fd = console->watch, .events = POLLIN};
	waits[WAIT_MONITOR] = (struct pollfd){.fd = console->on_monitor ? console->monitor : -1,
		.events = (short)(POLLIN | send)};
	waits[WAIT_SIGNALS] = (struct pollfd){.fd = console->setup->signals, .events = POLLIN};
	waits[WAIT_PIDFD] = (struct pollfd){.fd = console->setup->pidfd, .events = POLLIN};
}

/* One turn after poll(2). Returns CONSOLE_GOES_ON or an enum console_end. */
static int turn(struct console *console, const struct pollfd waits[WAIT_COUNT])
{
	char data[CONSOLE_CHUNK];
	int r = 0;

	if (waits[WAIT_SIGNALS].revents != 0)
		return CONSOLE_SIGNAL;
	if (waits[WAIT_LOG].revents != 0)
		(void)!read(console->watch, data, sizeof(data));
	/* The end of the socket is told by the pidfd, which comes after the last output. */
	if (waits[WAIT_SOCKET].revents != 0 && drain(console->socket, data, sizeof(data)) < 0)
		cleanup_close(&console->socket);
	if (waits[WAIT_MONITOR].revents & (POLLIN | POLLHUP))
		r = show_monitor(console);
	if (r == 0 && (!console->on_monitor || waits[WAIT_PIDFD].revents != 0))
		r = show_log(console);
	if (r < 0)
		return CONSOLE_FAILED;
	if (waits[WAIT_PIDFD].revents != 0)
		return CONSOLE_ENDED;
	if (console->n_typed > 0)
		console_send(console);
	if (waits[WAIT_INPUT].revents != 0)
		return console_take_input(console);
	return CONSOLE_GOES_ON;
}

static enum console_end loop(struct console *console)
{
	struct pollfd waits[WAIT_COUNT];
	int end = show_log(console) < 0 ? (int)CONSOLE_FAILED : CONSOLE_GOES_ON;

	while (end == CONSOLE_GOES_ON) {
		set_waits(console, waits);
		if (poll(waits, WAIT_COUNT, console->watch < 0 ? POLL_PAUSE : -1) < 0)
			continue;
		end = turn(console, waits);
	}
	return (enum console_end)end;
}

static void open_log(struct console *console)
{
	OWNED_MEMORY char *path = runtime_file(console->setup->runtime, RUNTIME_CONSOLE_LOG);

	console->log = open(path, O_RDONLY | O_CLOEXEC);
	if (console->log >= 0 && !console->setup->from_start)
		lseek(console->log, log_tail_offset(console->log, REPLAY_MAX), SEEK_SET);
	console->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (console->watch >= 0 && inotify_add_watch(console->watch, path, IN_MODIFY) < 0)
		cleanup_close(&console->watch);
}

/* QEMU serves one client of a socket; a second one would see nothing happen. */
static int lock(const struct runtime *runtime)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_CONSOLE_LOCK);
	OWNED_FD fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

static int connect_console(struct console *console, char **reterr_text)
{
	OWNED_MEMORY char *path = runtime_file(console->setup->runtime, RUNTIME_CONSOLE);

	open_log(console);
	console->socket = socket_connect(path, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (console->socket < 0 || console->log < 0)
		return text_fail(reterr_text, -EIO, "cannot reach the console of VM '%s': %s",
			console->setup->name,
			strerror(console->socket < 0 ? -console->socket : errno));
	return 0;
}

static void say_hello(const struct console *console)
{
	char leave[] = "Ctrl-? leaves it";

	leave[5] = (char)(console->keys.escape ^ 0x40);
	text_say("console of VM '%s': %s%s%s", console->setup->name,
		console->keys.escape < 0 ? "" : leave,
		console->keys.escape >= 0 && console->keys.ctrl_a ? ", " : "",
		console->keys.ctrl_a ? "Ctrl-A h helps" : "");
}

enum console_end console_attach(const struct console_setup *setup, char **reterr_text)
{
	OWNED_FD locked = lock(setup->runtime);
	OWNED_CONSOLE console = {
		.setup = setup,
		.keys = {.escape = setup->escape, .ctrl_a = setup->ctrl_a},
		.socket = -1,
		.log = -1,
		.watch = -1,
		.monitor = -1,
		.input = true,
		.terminal = isatty(STDIN_FILENO) == 1,
	};
	OWNED_TERMINAL terminal = {0};
	enum console_end end = CONSOLE_FAILED;

	if (locked < 0) {
		text_fail(reterr_text, locked,
			"the console of VM '%s' is shown somewhere else already", setup->name);
		return CONSOLE_FAILED;
	}
	if (connect_console(&console, reterr_text) < 0)
		return CONSOLE_FAILED;
	if (console.terminal) {
		say_hello(&console);
		terminal_make_raw(&terminal);
	}
	end = loop(&console);
	if (end == CONSOLE_FAILED)
		text_fail(reterr_text, -EIO, "cannot write to standard output");
	if (terminal.raw)
		(void)console_write("\r\n", 2);
	return end;
}
