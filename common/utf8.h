/* SPDX-License-Identifier: MIT
 * Characters in UTF-8 (RFC 3629). Pure. */
#ifndef OWVM_COMMON_UTF8_H
#define OWVM_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define UTF8_MAX 4 /* bytes of a character */

/* Bytes of the character at the start of text[0..length), length > 0; 0 where there is none: no
 * overlong form, no surrogate, nothing past U+10FFFF is one. */
size_t utf8_length(const char *text, size_t length);

/* Is text[0..length), length > 0, the beginning of a character whose last bytes are not there? */
bool utf8_is_cut(const char *text, size_t length);

/* Is the character of `length` bytes one that a terminal may obey: U+0000 ... U+001F, U+007F, or
 * U+0080 ... U+009F, as some do? */
bool utf8_is_control(const char *character, size_t length);

#endif
