/* SPDX-License-Identifier: MIT
 * `owrun wait --for console:REGEX`: the log of a console, line by line. */
#ifndef OWVM_LAUNCHER_CONSOLE_WAIT_LOG_H
#define OWVM_LAUNCHER_CONSOLE_WAIT_LOG_H

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

#include "launcher/runtime/runtime.h"

struct wait_log {
	regex_t pattern;
	bool compiled;
	FILE *stream; /* read as far as it was looked at */
	off_t looked; /* bytes of it */
	char *line;   /* of it, that has no end yet */
	size_t size;
	size_t used;
	bool sequence; /* in a terminal's control sequence */
	int watch;     /* inotify, which tells of more; -1: not to be had */
};

#define WAIT_LOG_NONE \
	{ \
		.watch = -1 \
	}

/* Compile the extended regular expression. Returns 0, or -EINVAL with a sentence. */
int wait_log_init(const char *text, struct wait_log *log, char **reterr_text);

/* Open the VM's log. Returns 0, or -errno with a sentence. */
int wait_log_open(const struct runtime *runtime, struct wait_log *log, char **reterr_text);

/* Look at what the log has in addition by now, which may grow as fast as it is read. The line that
 * matches is printed. */
bool wait_log_matches(struct wait_log *log);

void wait_log_close(struct wait_log *log);

#endif
