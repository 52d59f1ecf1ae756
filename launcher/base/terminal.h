/* SPDX-License-Identifier: MIT
 * The user's terminal: what it can show, and raw mode for as long as a variable lives. */
#ifndef OWVM_LAUNCHER_BASE_TERMINAL_H
#define OWVM_LAUNCHER_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <termios.h>

/* How wide a line is there; 0: the stream leads to no terminal, which takes lines of any length. */
size_t terminal_columns(FILE *stream);

/* Is that a terminal whose cursor can be moved? Not where TERM is "dumb". */
bool terminal_moves(int fd);

/* Does the stream lead to a terminal that shows colours to somebody who wants them (NO_COLOR)? */
bool terminal_has_colours(FILE *stream);

struct terminal {
	bool raw;
	struct termios saved;
};

/* Put standard input into raw mode if it is a terminal. */
void terminal_make_raw(struct terminal *ret_terminal);
void terminal_restore(struct terminal *terminal);

/* The terminal that this process and the command of its process group have, and had before. */
struct terminal_lent {
	int fd; /* -1: there is none */
	struct termios saved;
};

/* Remember it before a command starts, which may leave it to a process group that is gone, or as
 * nobody can use it; take it back afterwards. */
void terminal_lend(struct terminal_lent *ret_terminal);
void terminal_take_back(struct terminal_lent *terminal);

#define OWNED_LENT_TERMINAL __attribute__((cleanup(terminal_take_back))) struct terminal_lent
#define OWNED_TERMINAL __attribute__((cleanup(terminal_restore))) struct terminal

#endif
