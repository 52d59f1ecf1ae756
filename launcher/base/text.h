/* SPDX-License-Identifier: MIT
 * Text that is made, printed or taken apart: sentences, lines, QEMU option values. */
#ifndef OWVM_LAUNCHER_BASE_TEXT_H
#define OWVM_LAUNCHER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* printf into new memory, which the caller frees; aborts when memory is gone. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

/* Put more at the end of *text, which the caller frees. */
void text_append(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Set *reterr_text (which may hold an older one) to the sentence that tells what went wrong, and
 * return error, so that a failing function ends with `return text_fail(...)`. */
int text_fail(char **reterr_text, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Print a line, whose end is added. Whatever is in it, it is one line, and harmless for a terminal:
 * see visible.h. All that another user, a guest or a file may have chosen is printed so. */
void text_print(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print a line of "owrun: " and a sentence on stderr. */
void text_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a command ends with: where r is negative its sentence is told and the exit status is 1, else
 * that is r. */
int text_exit_status(int r, const char *sentence);

/* The text with every comma doubled, as values inside QEMU options need it; the caller frees it. */
char *text_double_commas(const char *text);

/* Take what comes before the first single comma out of *text, with double commas made single; *text
 * then is what follows that comma. The caller frees it. */
char *text_take_path(const char **text);

/* Take the key before the first comma out of *text, which then is what follows it. The caller frees
 * it. */
char *text_take_key(const char **text);

/* Is word one of those in text, which blanks, ends of lines and colons part? */
bool text_has_word(const char *text, const char *word);

/* The element of names[0..n) that is most like text, or NULL when none is near: for "did you
 * mean". */
const char *text_nearest(const char *text, const char *const *names, size_t n);

#endif
