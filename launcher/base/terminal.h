/* SPDX-License-Identifier: MIT
 * A terminal in raw mode, for as long as a variable lives. */
#ifndef OWVM_LAUNCHER_BASE_TERMINAL_H
#define OWVM_LAUNCHER_BASE_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

struct terminal {
	bool raw;
	struct termios saved;
};

/* Put standard input into raw mode if it is a terminal. */
void terminal_make_raw(struct terminal *ret_terminal);
void terminal_restore(struct terminal *terminal);

#define OWNED_TERMINAL __attribute__((cleanup(terminal_restore))) struct terminal

#endif
