/* SPDX-License-Identifier: MIT
 * Bytes as they come, taken apart into characters of UTF-8. Pure. */
#ifndef OWVM_LAUNCHER_BASE_CHARACTERS_H
#define OWVM_LAUNCHER_BASE_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/utf8.h"

/* Start with {0}. */
struct characters {
	char bytes[UTF8_MAX]; /* of a character of which more may come */
	size_t n;
};

/* Take a byte, when characters_next() has nothing more to give. */
void characters_add(struct characters *characters, char byte);

/* Give the next character: returns its length, 1 with *ret_sound false for a byte that is of none,
 * or 0 where more bytes are needed to tell. */
size_t characters_next(
	struct characters *characters, char ret_character[UTF8_MAX], bool *ret_sound);

/* Give what is left when no more comes, as characters_next() does. */
size_t characters_rest(struct characters *characters, char ret_character[UTF8_MAX]);

#endif
