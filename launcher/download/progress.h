/* SPDX-License-Identifier: MIT
 * How far a long work is: a bar on a terminal, now and then a line elsewhere. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_PROGRESS_H
#define OWVM_LAUNCHER_DOWNLOAD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* borrowed: what it is about */
	bool quiet;
	bool terminal;	/* standard error is one */
	bool shown;	/* a bar is on the screen */
	int64_t began;	/* deadline_now() */
	int64_t next;	/* when there is something to show again */
	uint64_t first; /* bytes that were there when it began */
};

/* Begin, with `done` bytes of it done by earlier work. */
void progress_start(struct progress *ret_progress, const char *what, bool quiet, uint64_t done);

/* So far it is; total 0: nobody knows. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total);

/* Take the bar off the screen: before a line is printed, and at the end. */
void progress_clear(struct progress *progress);

/* A number of bytes for people, such as "1.5 MiB"; the caller frees it. */
char *progress_bytes(uint64_t bytes);

#endif
