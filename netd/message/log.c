/* SPDX-License-Identifier: MIT
 * The log: one line a fact on standard error. */
#include "netd/message/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_SIZE 1024

static bool prefixed;
static enum log_priority least = LOG_INFO;

void log_set_up(bool with_priorities, enum log_priority most)
{
	prefixed = with_priorities;
	least = most;
}

void log_line(enum log_priority priority, const char *format, ...)
{
	char line[LINE_SIZE] = "";
	int saved = errno, length = 0;
	ssize_t written = 0;
	va_list arguments;

	if (priority > least)
		return;
	if (prefixed)
		length = snprintf(line, sizeof(line), "<%d>", priority);
	va_start(arguments, format);
	length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
	va_end(arguments);
	if (length > LINE_SIZE - 2)
		length = LINE_SIZE - 2;
	line[length++] = '\n';
	/* One write a line, so that lines of two processes do not mix; a log that cannot be
	 * written is no reason to stop. */
	written = write(STDERR_FILENO, line, (size_t)length);
	(void)written;
	errno = saved;
}
