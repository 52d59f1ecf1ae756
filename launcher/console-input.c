/* SPDX-License-Identifier: MIT
 * The console of a VM: what is typed. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/console-private.h"
#include "launcher/socket.h"

#define CTRL_A 0x01

static const char help[] =
	"\r\n"
	"C-a h    print this help\r\n"
	"C-a x    end the VM\r\n"
	"C-a c    switch between console and monitor\r\n"
	"C-a a    send C-a\r\n";
static const char unreachable[] = "\r\nowrun: the monitor cannot be reached\r\n";

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

static int toggle(struct console *console)
{
	OWNED_MEMORY char *path = runtime_file(console->setup->runtime, RUNTIME_MONITOR);

	console->on_monitor = !console->on_monitor;
	if (!console->on_monitor)
		return console_write("\r\n", 2);
	if (console->monitor < 0)
		console->monitor = socket_connect(path, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (console->monitor >= 0)
		return console_write("\r\n", 2);
	console->on_monitor = false;
	return console_write(unreachable, sizeof(unreachable) - 1);
}

static int take_key(struct console *console, uint8_t byte)
{
	int r = 0;

	switch (keys_take(&console->keys, byte)) {
	case KEYS_SEND:
		console->typed[console->n_typed++] = byte;
		break;
	case KEYS_SEND_CTRL_A:
		console->typed[console->n_typed++] = CTRL_A;
		break;
	case KEYS_TOGGLE:
		console_send(console);
		/* What the old side did not take is not for the new one. */
		console->n_typed = 0;
		r = toggle(console);
		break;
	case KEYS_HELP:
		r = console_write(help, sizeof(help) - 1);
		break;
	case KEYS_LEAVE:
		console_send(console);
		return CONSOLE_LEFT;
	case KEYS_QUIT:
		return CONSOLE_QUIT;
	case KEYS_NOTHING:
		break;
	}
	return r < 0 ? (int)CONSOLE_FAILED : CONSOLE_GOES_ON;
}

int console_take_input(struct console *console)
{
	uint8_t data[CONSOLE_CHUNK];
	ssize_t length = read(STDIN_FILENO, data, sizeof(data));
	int end = CONSOLE_GOES_ON;

	if (length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN))
		console->input = false;
	for (ssize_t i = 0; i < length && end == CONSOLE_GOES_ON; i++) {
		if (console->terminal)
			end = take_key(console, data[i]);
		else
			console->typed[console->n_typed++] = data[i];
	}
	if (end == CONSOLE_GOES_ON && console->n_typed > 0)
		console_send(console);
	return end;
}
