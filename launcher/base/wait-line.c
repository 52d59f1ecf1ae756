/* SPDX-License-Identifier: MIT
 * One line on a terminal that says that something takes its time. */
#include "launcher/base/wait-line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/deadline.h"

#define PAUSE 1000 /* ms */

void wait_line_start(struct wait_line *ret_line, const char *what)
{
	const char *term = getenv("TERM");
	bool dumb = term == NULL || strcmp(term, "dumb") == 0;

	*ret_line = (struct wait_line){
		.what = what,
		.began = deadline_now(),
		.terminal = !dumb && isatty(STDERR_FILENO) == 1,
	};
}

int wait_line_left(const struct wait_line *line, int left_ms)
{
	return line->terminal && (left_ms < 0 || left_ms > PAUSE) ? PAUSE : left_ms;
}

void wait_line_show(struct wait_line *line)
{
	int64_t took = deadline_now() - line->began;

	if (!line->terminal || took < PAUSE)
		return;
	fprintf(stderr, "\r\033[K%s: %lld s", line->what, (long long)(took / 1000));
	fflush(stderr);
	line->shown = true;
}

void wait_line_clear(struct wait_line *line)
{
	if (line->shown)
		fputs("\r\033[K", stderr);
	line->shown = false;
}
