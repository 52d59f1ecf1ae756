/* SPDX-License-Identifier: MIT
 * What the keys of a console mean: a pure state machine over the bytes typed. */
#ifndef OWVM_LAUNCHER_CONSOLE_ESCAPE_H
#define OWVM_LAUNCHER_CONSOLE_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

enum escape_action {
	ESCAPE_SEND,	    /* the byte goes to the guest (or the monitor) */
	ESCAPE_SEND_CTRL_A, /* Ctrl-A a: a Ctrl-A does */
	ESCAPE_NOTHING,	    /* it was part of a command */
	ESCAPE_LEAVE,	    /* the escape: leave, the VM goes on */
	ESCAPE_QUIT,	    /* Ctrl-A x: end the VM */
	ESCAPE_TOGGLE,	    /* Ctrl-A c: to the monitor and back */
	ESCAPE_HELP,	    /* Ctrl-A h */
};

struct escape {
	int escape;   /* byte, or negative */
	bool ctrl_a;  /* are Ctrl-A's commands on? */
	bool pending; /* Ctrl-A was typed */
};

/* Take a byte that was typed. */
enum escape_action escape_take(struct escape *keys, uint8_t byte);

#endif
