/* SPDX-License-Identifier: MIT
 * Text that somebody else chose, for a terminal.
 *
 * A guest, another user or a file's name may hold what a terminal obeys or answers, or what makes a
 * text look like another one: control characters, also those of ISO 8859 at 0x80 to 0x9f, those
 * that turn the direction of writing or are not seen, and bytes that are no UTF-8. All of that is
 * shown as an escape: \e, \x9b, \u202e. It is for people, so a backslash is shown as it is. The
 * terminal is taken to be one of UTF-8. Pure but for its stream. */
#ifndef OWVM_LAUNCHER_BASE_VISIBLE_H
#define OWVM_LAUNCHER_BASE_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "launcher/base/characters.h"

#define VISIBLE_GROWTH 4 /* as many bytes may stand for one */

/* A text that comes in parts; start with {0}. */
struct visible {
	struct characters characters;
	size_t returns; /* carriage returns that a newline may follow, which needs none */
};

/* The text on one line, also its newlines and tabs as escapes; the caller frees it. */
char *visible_line(const char *text);

/* Write a part of a text that has lines: newlines and tabs stay, and "\r\n" is a newline. */
void visible_write(struct visible *visible, const char *data, size_t length, FILE *stream);

/* Write what the last part has left open. */
void visible_end(struct visible *visible, FILE *stream);

/* The code point of a sound character that a terminal must not get as it is, newline and tab
 * included; 0: it is harmless. (NUL is U+FFFD here.) */
uint32_t visible_harm(const char *character, size_t length);

#endif
