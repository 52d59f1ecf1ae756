/* SPDX-License-Identifier: MIT
 * Words of commands that people paste into a shell. */
#ifndef OWVM_LAUNCHER_BASE_SHELL_WORD_H
#define OWVM_LAUNCHER_BASE_SHELL_WORD_H

/* The text as one word of a POSIX shell, quoted only where it has to be; the caller frees it. A
 * terminal finds nothing to obey in it: such bytes are written as octal numbers for printf(1). Only
 * newlines at the end stand for themselves, as a shell takes them off what a command printed. */
char *shell_word(const char *text);

#endif
