/* SPDX-License-Identifier: MIT
 * The end of a log file. */
#ifndef OWVM_LAUNCHER_CONSOLE_LOG_H
#define OWVM_LAUNCHER_CONSOLE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Where the last part of the file begins: at a line's start, at most max bytes before its end. */
off_t log_tail_offset(int fd, off_t max);

/* Where the last `lines` lines of the file begin; one without an end is one. */
off_t log_lines_offset(int fd, uint32_t lines);

/* Print the last lines of a file, harmless for a terminal and indented; nothing if it is empty, or
 * the fd negative. */
void log_print_tail(int fd, FILE *stream);

/* Is there nothing in the file? So too where the fd is negative. */
bool log_is_empty(int fd);

/* Is the text in the last lines of the file? Not where the fd is negative. */
bool log_mentions(int fd, const char *text);

#endif
