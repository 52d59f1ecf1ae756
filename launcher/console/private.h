/* SPDX-License-Identifier: MIT
 * What console/console.c (the loop) and the other console-*.c share. */
#ifndef OWVM_LAUNCHER_CONSOLE_PRIVATE_H
#define OWVM_LAUNCHER_CONSOLE_PRIVATE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/console/console.h"
#include "launcher/console/escape.h"
#include "launcher/console/replay.h"

#define CONSOLE_CHUNK 4096
#define CONSOLE_GOES_ON (-1) /* beside the values of enum console_end */

struct console {
	const struct console_setup *setup;
	const struct serial_console *files; /* NULL: no console was opened */
	struct escape keys;
	int lock;	      /* of the console */
	int socket;	      /* takes what is typed */
	int log;	      /* read up to where it is shown */
	struct replay replay; /* of what was in it before */
	int watch;	      /* inotify of the log, or negative */
	int output;  /* standard output, or the same terminal opened anew, which is owned */
	int monitor; /* -1: not connected */
	int monitor_lock;
	bool on_monitor;
	bool reader;		      /* somebody else types; this shows what is printed */
	bool refused;		      /* it had something to type */
	bool behind;		      /* has the log more than was shown? */
	bool input;		      /* is standard input still open? */
	bool terminal;		      /* is it one? */
	uint8_t typed[CONSOLE_CHUNK]; /* not sent yet */
	size_t n_typed;
};

/* Open the log where it is to be shown from, and standard output. */
void console_open_log(struct console *console);
void console_open_output(struct console *console);

/* Write to standard output; a signal ends the wait for one that takes nothing. Returns 0, -EINTR
 * for a signal, or another -errno. */
int console_write(struct console *console, const void *data, size_t size);

/* Show what the log has and was not shown: a part of it, with `behind` set when there is more, or
 * all. Returns as console_write() does. */
int console_show_log(struct console *console, bool all);

/* Show what the monitor has. Returns as console_write() does. */
int console_show_monitor(struct console *console);

/* Throw away what came by the console's socket: the log has it, too. */
void console_empty_socket(struct console *console);

/* Read what a socket has. Returns its length, 0 when there is nothing now, -EPIPE at its end. */
ssize_t console_drain(int socket, void *data, size_t size);

/* Open the console, or the monitor alone. Return 0, or -errno with a sentence. */
int console_open(struct console *console, char **reterr_text);
int console_open_monitor(struct console *console, char **reterr_text);

/* What it is connected to, as "console" or "serial port 2"; the caller frees it. */
char *console_title(const struct console_setup *setup);

/* Become the one who types, where nobody else does any more. */
bool console_take_over(struct console *console);

/* Which keys mean something: whoever only reads has one, which has to be one. */
void console_set_keys(struct console *console);

/* Connect to the monitor, whose only user this is then. Returns 0, -EBUSY when there is another, or
 * another -errno. */
int console_connect_monitor(struct console *console);

/* Send what was typed as far as the guest, or the monitor, takes it. */
void console_send(struct console *console);

/* Read standard input and act on it; everything typed before must have been sent. Returns
 * CONSOLE_GOES_ON or an enum console_end. */
int console_take_input(struct console *console);

/* What the result of a write means for the loop. */
static inline int console_after(int r)
{
	if (r == 0)
		return CONSOLE_GOES_ON;
	return r == -EINTR ? CONSOLE_SIGNAL : CONSOLE_FAILED;
}

#endif
