/* SPDX-License-Identifier: MIT
 * A terminal (or a pipe) as the console of a VM. */
#ifndef OWVM_LAUNCHER_CONSOLE_CONSOLE_H
#define OWVM_LAUNCHER_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/serial.h"

struct console_setup {
	const char *name;
	const struct runtime *runtime;
	enum serial_terminal what; /* is connected: a console, the monitor, or nothing */
	uint32_t serial;	   /* the port of the console, from 1; 0: the first console */
	int pidfd;		   /* of QEMU */
	int signals;		   /* signalfd */
	int escape;		   /* byte, or OPTIONS_NO_ESCAPE */
	bool ctrl_a;		   /* do Ctrl-A's commands work? */
	bool from_start;	   /* show all output so far, not just its end */
};

enum console_end {
	CONSOLE_LEFT,	/* by the escape key */
	CONSOLE_ENDED,	/* the VM did */
	CONSOLE_QUIT,	/* Ctrl-A x */
	CONSOLE_SIGNAL, /* one of those in base/signals.h, or the terminal has gone */
	CONSOLE_FAILED, /* with a sentence */
};

/* Connect standard input and output to the VM's console until something ends that. A terminal is in
 * raw mode meanwhile and is restored before the return. Where standard input is no terminal no key
 * means anything, and its end ends nothing. The first to come types; whoever comes later sees what
 * the console prints and is told so, and types when a key is pressed after the first has left. The
 * monitor has one user only. */
enum console_end console_attach(const struct console_setup *setup, char **reterr_text);

#endif
