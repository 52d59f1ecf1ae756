/* SPDX-License-Identifier: MIT
 * The log: one line a fact on standard error. */
#ifndef OWVM_NETD_MESSAGE_LOG_H
#define OWVM_NETD_MESSAGE_LOG_H

#include <stdbool.h>

/* Priorities of syslog(3). */
enum log_priority { LOG_ERROR = 3, LOG_WARNING = 4, LOG_INFO = 6, LOG_NEVER };

/* with_priorities: lines begin with "<N>", which journald reads as the priority (sd-daemon(3)).
 * most: lines of less importance than this are not written. */
void log_set_up(bool with_priorities, enum log_priority most);

/* Write a line; client-controlled strings must have passed a validator. errno is kept. */
__attribute__((format(printf, 2, 3))) void log_line(
	enum log_priority priority, const char *format, ...);

#endif
