/* SPDX-License-Identifier: MIT
 * Text that is made, cleaned or quoted: sentences, shell words, QEMU option values. */
#ifndef OWVM_LAUNCHER_BASE_TEXT_H
#define OWVM_LAUNCHER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* printf into new memory, which the caller frees; aborts when memory is gone. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

/* Set *reterr_text (which may hold an older one) to the sentence that tells what went wrong, and
 * return error, so that a failing function ends with `return text_fail(...)`. */
int text_fail(char **reterr_text, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Print "owrun: " and a sentence on stderr. */
void text_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a command ends with: where r is negative its sentence is told and the exit status is 1, else
 * that is r. */
int text_exit_status(int r, const char *sentence);

/* Replace, in place, all that a terminal could act on or misread: every byte that is not printable
 * ASCII becomes '?', and a newline becomes a space. */
void text_clean(char *text);

/* Replace, in place, the control characters alone, but for newlines and tabs: for what has several
 * lines or letters of any language, as paths do. */
void text_clean_lines(char *text);

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

/* Write text as one word of a POSIX shell, quoted only where it has to be. */
void text_print_word(FILE *stream, const char *text);

/* The element of names[0..n) that is most like text, or NULL when none is near: for "did you
 * mean". */
const char *text_nearest(const char *text, const char *const *names, size_t n);

#endif
