/* SPDX-License-Identifier: MIT
 * What a console printed before a terminal came to it, made so that the terminal can have it.
 *
 * The terminal has not seen what came before, and whoever asked it something has not waited for an
 * answer: one would be typed at whatever reads now. So of control sequences only those pass, whole,
 * that draw and are answered by no terminal; of what is cut at either end nothing does. What the
 * guest prints from then on is for this terminal, and passes as it is. Pure. */
#ifndef OWVM_LAUNCHER_CONSOLE_REPLAY_H
#define OWVM_LAUNCHER_CONSOLE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "launcher/base/characters.h"

#define REPLAY_HELD_MAX 64 /* bytes of a control sequence */
#define REPLAY_OUT_MAX(length) ((length) + REPLAY_HELD_MAX + UTF8_MAX)

enum replay_state {
	REPLAY_TEXT,
	REPLAY_ESCAPE,	      /* after ESC */
	REPLAY_CHARSET,	      /* after ESC and an intermediate byte */
	REPLAY_CONTROL,	      /* after ESC [ */
	REPLAY_STRING,	      /* after ESC ] and its like */
	REPLAY_STRING_ESCAPE, /* after ESC in one */
};

/* Start with the two counts; with {0} all passes as it is. */
struct replay {
	off_t left;   /* bytes that were printed before */
	off_t unseen; /* those of them that are only looked at, in front of what is shown */
	struct characters characters;
	enum replay_state state;
	bool cut;		    /* the sequence is not to be shown */
	char held[REPLAY_HELD_MAX]; /* of the sequence */
	size_t n_held;
};

/* Take a part of the output. Returns how many bytes of it, and of what was held back before, a
 * terminal is to have; they are in ret_data, which has room for REPLAY_OUT_MAX(length). */
size_t replay_take(struct replay *replay, const char *data, size_t length, char *ret_data);

#endif
