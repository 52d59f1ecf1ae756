/* SPDX-License-Identifier: MIT
 * What console.c (output, the loop) and console-input.c (keys, sending) share. */
#ifndef OWVM_LAUNCHER_CONSOLE_PRIVATE_H
#define OWVM_LAUNCHER_CONSOLE_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "launcher/console.h"
#include "launcher/keys.h"

#define CONSOLE_CHUNK 4096
#define CONSOLE_GOES_ON (-1) /* beside the values of enum console_end */

struct console {
	const struct console_setup *setup;
	struct keys keys;
	int socket;
	int log;     /* read up to where it is shown */
	int watch;   /* inotify of the log, or negative */
	int monitor; /* -1: not connected */
	bool on_monitor;
	bool input;		      /* is standard input still open? */
	bool terminal;		      /* is it one? */
	uint8_t typed[CONSOLE_CHUNK]; /* not sent yet */
	size_t n_typed;
};

/* Write to standard output. Returns 0 or -errno. */
int console_write(const void *data, size_t size);

/* Send what was typed as far as the guest, or the monitor, takes it. */
void console_send(struct console *console);

/* Read standard input and act on it; everything typed before must have been sent. Returns
 * CONSOLE_GOES_ON or an enum console_end. */
int console_take_input(struct console *console);

#endif
