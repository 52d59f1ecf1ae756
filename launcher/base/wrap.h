/* SPDX-License-Identifier: MIT
 * Texts for a terminal that is narrower than they are. Pure. */
#ifndef OWVM_LAUNCHER_BASE_WRAP_H
#define OWVM_LAUNCHER_BASE_WRAP_H

#include <stddef.h>

/* How many columns a text of UTF-8 takes: each character one, as far as that can be told here. */
size_t wrap_width(const char *text);

/* How many bytes of the text take at most so many columns. */
size_t wrap_fitting(const char *text, size_t columns);

/* The text with its lines parted at blanks, so that none is wider than `columns` (0: any width).
 * What goes on is indented as the text of the line was, behind its first column of words. A word
 * stays whole, and so does a line that begins with "owrun", which is there to be pasted. The caller
 * frees it. */
char *wrap_text(const char *text, size_t columns);

#endif
