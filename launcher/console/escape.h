/* SPDX-License-Identifier: MIT
 * What the keys of a console mean: a pure state machine over the bytes typed. */
#ifndef OWVM_LAUNCHER_CONSOLE_ESCAPE_H
#define OWVM_LAUNCHER_CONSOLE_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

enum keys_action {
	KEYS_SEND,	  /* the byte goes to the guest (or the monitor) */
	KEYS_SEND_CTRL_A, /* Ctrl-A a: a Ctrl-A does */
	KEYS_NOTHING,	  /* it was part of a command */
	KEYS_LEAVE,	  /* the escape: leave, the VM goes on */
	KEYS_QUIT,	  /* Ctrl-A x: end the VM */
	KEYS_TOGGLE,	  /* Ctrl-A c: to the monitor and back */
	KEYS_HELP,	  /* Ctrl-A h */
};

struct keys {
	int escape;   /* byte, or negative */
	bool ctrl_a;  /* are Ctrl-A's commands on? */
	bool pending; /* Ctrl-A was typed */
};

/* Take a byte that was typed. */
enum keys_action keys_take(struct keys *keys, uint8_t byte);

#endif
