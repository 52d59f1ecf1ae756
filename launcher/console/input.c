/* SPDX-License-Identifier: MIT
 * The console of a VM: what is typed. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/socket.h"
#include "launcher/console/private.h"

#define CTRL_A 0x01
#define LEAVE_TIMEOUT 1000 /* ms */

static const char help[] =
	"\r\n"
	"C-a h    print this help\r\n"
	"C-a x    end the VM\r\n"
	"C-a c    switch between console and monitor\r\n"
	"C-a a    send C-a\r\n";
static const char unreachable[] = "\r\nowrun: the monitor cannot be reached\r\n";
static const char yours[] =
	"\r\nowrun: nobody else types any more; this terminal does from now on\r\n";
static const char in_use[] = "\r\nowrun: the monitor is in use elsewhere\r\n";

void console_send(struct console *console)
{
	int to = console->on_monitor ? console->monitor : console->socket;
	ssize_t sent = send(to, console->typed, console->n_typed, MSG_NOSIGNAL);

	/* What a side that has gone does not take is lost; its end is seen elsewhere. */
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		sent = (ssize_t)console->n_typed;
	if (sent <= 0)
		return;
	console->n_typed -= (size_t)sent;
	memmove(console->typed, console->typed + sent, console->n_typed);
}

/* QEMU reads no faster than the guest does, and throws away what it has not read when its client is
 * gone. After the end of what is sent it reads on up to there, and closes. */
static void finish_typing(struct console *console)
{
	struct pollfd wait = {.fd = console->on_monitor ? console->monitor : console->socket};
	int64_t deadline = deadline_in(LEAVE_TIMEOUT);
	char data[CONSOLE_CHUNK];
	bool sent = false;

	while (wait.fd >= 0 && deadline_left(deadline) > 0) {
		console_send(console);
		if (!sent && console->n_typed == 0)
			sent = shutdown(wait.fd, SHUT_WR) == 0;
		wait.events = (short)(POLLIN | (sent ? 0 : POLLOUT));
		if (poll(&wait, 1, deadline_left(deadline)) > 0 &&
			console_drain(wait.fd, data, sizeof(data)) < 0)
			break;
	}
}

static int say(struct console *console, const char *text)
{
	return console_write(console, text, strlen(text));
}

static int toggle(struct console *console)
{
	int r = 0;

	if (!console->on_monitor && console->monitor < 0)
		r = console_connect_monitor(console);
	if (r < 0)
		return say(console, r == -EBUSY ? in_use : unreachable);
	console->on_monitor = !console->on_monitor;
	return say(console, "\r\n");
}

static int take_key(struct console *console, uint8_t byte)
{
	int r = 0;

	switch (escape_take(&console->keys, byte)) {
	case ESCAPE_SEND:
		console->typed[console->n_typed++] = byte;
		break;
	case ESCAPE_SEND_CTRL_A:
		console->typed[console->n_typed++] = CTRL_A;
		break;
	case ESCAPE_TOGGLE:
		console_send(console);
		/* What the old side did not take is not for the new one. */
		console->n_typed = 0;
		r = toggle(console);
		break;
	case ESCAPE_HELP:
		r = say(console, help);
		break;
	case ESCAPE_LEAVE:
		finish_typing(console);
		return CONSOLE_LEFT;
	case ESCAPE_QUIT:
		return CONSOLE_QUIT;
	case ESCAPE_NOTHING:
		break;
	}
	return console_after(r);
}

/* Standard input has ended: that ends nothing, but a terminal that does has been hung up. */
static int close_input(struct console *console)
{
	console->input = false;
	return console->terminal ? (int)CONSOLE_SIGNAL : CONSOLE_GOES_ON;
}

/* A key of somebody who only reads: it goes nowhere, but the next ones do where nobody else
 * types. */
static int ask_to_type(struct console *console)
{
	bool wanted = console->n_typed > 0;

	console->n_typed = 0;
	if (!wanted || !console_take_over(console))
		return CONSOLE_GOES_ON;
	return console_after(say(console, yours));
}

int console_take_input(struct console *console)
{
	uint8_t data[CONSOLE_CHUNK];
	ssize_t length = read(STDIN_FILENO, data, sizeof(data));
	int end = CONSOLE_GOES_ON;

	if (length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN))
		return close_input(console);
	/* Somebody else types; a script has to hear that its text went nowhere. */
	console->refused = length > 0 && !console->terminal && console->reader;
	if (console->refused)
		return CONSOLE_FAILED;
	for (ssize_t i = 0; i < length && end == CONSOLE_GOES_ON; i++) {
		if (console->terminal)
			end = take_key(console, data[i]);
		else
			console->typed[console->n_typed++] = data[i];
	}
	if (console->reader)
		return end == CONSOLE_GOES_ON ? ask_to_type(console) : end;
	if (end == CONSOLE_GOES_ON && console->n_typed > 0)
		console_send(console);
	return end;
}
