/* SPDX-License-Identifier: MIT
 * One line on a terminal that says that something takes its time. */
#ifndef OWVM_LAUNCHER_BASE_WAIT_LINE_H
#define OWVM_LAUNCHER_BASE_WAIT_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct wait_line {
	const char *what; /* borrowed */
	int64_t began;	  /* deadline_now() */
	bool terminal;	  /* standard error is one that takes lines back */
	bool shown;
};

/* Begin: a phrase of what is waited for, as "power button". Nothing is shown yet, and nothing ever
 * where standard error is no terminal. */
void wait_line_start(struct wait_line *ret_line, const char *what);

/* For how long to wait at once, in ms, of what is left; -1 is for ever. */
int wait_line_left(const struct wait_line *line, int left_ms);

/* Say for how long it has taken, after the first second. */
void wait_line_show(struct wait_line *line);

/* Take the line off the screen: at the end. */
void wait_line_clear(struct wait_line *line);

#define OWNED_WAIT_LINE __attribute__((cleanup(wait_line_clear))) struct wait_line

#endif
