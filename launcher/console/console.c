/* SPDX-License-Identifier: MIT
 * A terminal (or a pipe) as the console of a VM.
 *
 * What the guest prints is read from the console's log, followed by inotify; the socket takes what
 * is typed, and its own output is thrown away. So what was printed before, between and after is
 * shown exactly once, whenever QEMU took the connection, and to as many as want to see it. */
#include "launcher/console/console.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/console/private.h"

#define POLL_PAUSE 100 /* ms, where inotify is not to be had */

enum wait {
	WAIT_INPUT,
	WAIT_OUTPUT,
	WAIT_SOCKET,
	WAIT_LOG,
	WAIT_MONITOR,
	WAIT_SIGNALS,
	WAIT_PIDFD,
	WAIT_COUNT
};

static void console_close(struct console *console)
{
	cleanup_close(&console->lock);
	cleanup_close(&console->socket);
	cleanup_close(&console->log);
	cleanup_close(&console->watch);
	cleanup_close(&console->monitor);
	cleanup_close(&console->monitor_lock);
	if (console->output != STDOUT_FILENO)
		cleanup_close(&console->output);
}

#define OWNED_CONSOLE __attribute__((cleanup(console_close))) struct console

static void set_waits(const struct console *console, struct pollfd waits[WAIT_COUNT])
{
	short send = console->n_typed > 0 ? POLLOUT : 0;
	bool read_input = console->input && console->n_typed == 0;

	waits[WAIT_INPUT] = (struct pollfd){.fd = read_input ? STDIN_FILENO : -1, .events = POLLIN};
	/* For its end: nobody may read it any more while nothing is printed. */
	waits[WAIT_OUTPUT] = (struct pollfd){.fd = console->output};
	waits[WAIT_SOCKET] = (struct pollfd){.fd = console->socket,
		.events = (short)(POLLIN | (console->on_monitor ? 0 : send))};
	waits[WAIT_LOG] = (struct pollfd){.fd = console->watch, .events = POLLIN};
	waits[WAIT_MONITOR] = (struct pollfd){.fd = console->on_monitor ? console->monitor : -1,
		.events = (short)(POLLIN | send)};
	waits[WAIT_SIGNALS] = (struct pollfd){.fd = console->setup->signals, .events = POLLIN};
	waits[WAIT_PIDFD] = (struct pollfd){.fd = console->setup->pidfd, .events = POLLIN};
}

/* Take what came from QEMU. Returns as console_write() does. */
static int show(struct console *console, const struct pollfd waits[WAIT_COUNT])
{
	bool ended = waits[WAIT_PIDFD].revents != 0;
	char data[CONSOLE_CHUNK];
	int r = 0;

	if (waits[WAIT_LOG].revents != 0)
		(void)!read(console->watch, data, sizeof(data));
	if (waits[WAIT_SOCKET].revents != 0)
		console_empty_socket(console);
	if (waits[WAIT_MONITOR].revents & (POLLIN | POLLHUP))
		r = console_show_monitor(console);
	if (r == 0 && (!console->on_monitor || ended))
		r = console_show_log(console, ended);
	return r;
}

/* One turn after poll(2). Returns CONSOLE_GOES_ON or an enum console_end. */
static int turn(struct console *console, const struct pollfd waits[WAIT_COUNT])
{
	int r = 0;

	if (waits[WAIT_SIGNALS].revents != 0)
		return CONSOLE_SIGNAL;
	if (waits[WAIT_OUTPUT].revents & (POLLERR | POLLHUP))
		return console->terminal && isatty(console->output) == 1 ? CONSOLE_SIGNAL
									 : CONSOLE_FAILED;
	r = show(console, waits);
	if (r < 0)
		return console_after(r);
	if (waits[WAIT_PIDFD].revents != 0)
		return CONSOLE_ENDED;
	if (console->n_typed > 0)
		console_send(console);
	if (waits[WAIT_INPUT].revents != 0)
		return console_take_input(console);
	return CONSOLE_GOES_ON;
}

static int pause_of(const struct console *console)
{
	if (console->behind && !console->on_monitor)
		return 0;
	return console->log >= 0 && console->watch < 0 ? POLL_PAUSE : -1;
}

static enum console_end loop(struct console *console)
{
	struct pollfd waits[WAIT_COUNT];
	int end = console_after(console_show_log(console, false));

	while (end == CONSOLE_GOES_ON) {
		set_waits(console, waits);
		if (poll(waits, WAIT_COUNT, pause_of(console)) < 0)
			continue;
		end = turn(console, waits);
	}
	return (enum console_end)end;
}

static void say_hello(const struct console *console)
{
	const char *name = console->setup->name;
	OWNED_MEMORY char *title = console_title(console->setup);
	OWNED_MEMORY char *leave = console->keys.escape < 0 ? text_format("no key leaves it")
							    : text_format("Ctrl-%c leaves it",
								      console->keys.escape ^ 0x40);

	if (console->reader)
		text_say("%s of VM '%s' is typed to from elsewhere; this shows what it prints, %s",
			title, name, leave);
	else
		text_say("%s of VM '%s': %s%s", title, name, leave,
			console->keys.ctrl_a ? ", Ctrl-A h helps" : "");
}

static int connect_to(struct console *console, char **reterr_text)
{
	switch (console->setup->what) {
	case SERIAL_TERMINAL_CONSOLE:
		return console_open(console, reterr_text);
	case SERIAL_TERMINAL_MONITOR:
		return console_open_monitor(console, reterr_text);
	case SERIAL_TERMINAL_NOTHING:
		break;
	}
	console->input = false;
	console->terminal = false;
	return 0;
}

static void explain_failure(const struct console *console, char **reterr_text)
{
	OWNED_MEMORY char *title = console_title(console->setup);

	if (console->refused)
		text_fail(reterr_text, -EBUSY,
			"the %s of VM '%s' is typed to from elsewhere, and what was on standard input is not",
			title, console->setup->name);
	else
		text_fail(reterr_text, -EIO, "nobody takes what is written to standard output");
}

enum console_end console_attach(const struct console_setup *setup, char **reterr_text)
{
	OWNED_CONSOLE console = {
		.setup = setup,
		.lock = -1,
		.socket = -1,
		.log = -1,
		.watch = -1,
		.output = STDOUT_FILENO,
		.monitor = -1,
		.monitor_lock = -1,
		.input = true,
		.terminal = isatty(STDIN_FILENO) == 1,
	};
	OWNED_TERMINAL terminal = {0};
	enum console_end end = CONSOLE_FAILED;

	if (connect_to(&console, reterr_text) < 0)
		return CONSOLE_FAILED;
	console_open_output(&console);
	console_set_keys(&console);
	if (console.terminal || console.reader)
		say_hello(&console);
	if (console.terminal)
		terminal_make_raw(&terminal);
	end = loop(&console);
	if (end == CONSOLE_FAILED)
		explain_failure(&console, reterr_text);
	if (terminal.raw)
		(void)console_write(&console, "\r\n", 2);
	return end;
}
