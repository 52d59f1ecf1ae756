/* SPDX-License-Identifier: MIT
 * Another program that works on what came from outside, in a sandbox of its own. */
#ifndef OWVM_LAUNCHER_SANDBOX_RUN_H
#define OWVM_LAUNCHER_SANDBOX_RUN_H

#include <stddef.h>
#include <stdint.h>

struct sandbox_run {
	char *const *argv;	 /* argv[0] is a path */
	const char *const *read; /* files that it may read */
	size_t n_read;
	const char *written; /* the file, which is there, that it may write */
	const char *below;   /* another one; NULL: none */
	uint64_t max;	     /* bytes of each */
	int signals;	     /* signalfd or -1 */
	int timeout;	     /* ms */
};

/* Run it and wait for it. Returns 0, or -errno with a sentence as tool_run() has it: -EOPNOTSUPP
 * when this kernel has no such sandbox. */
int sandbox_run(const struct sandbox_run *run, char **reterr_text);

#endif
