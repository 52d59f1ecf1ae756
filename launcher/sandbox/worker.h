/* SPDX-License-Identifier: MIT
 * A child that works on what came from outside, and can do nothing else.
 *
 * Theory of operation: libraries that take hostile bytes apart are large. So they do it in a child
 * that has the fds which it needs and a pipe for its last words, and nothing more: it can open,
 * start and connect to nothing (see sandbox.h, and a limit of no further fds). The parent takes
 * nothing from it but those words, an exit status, and what it writes to its fds, which is as
 * hostile as what went in. */
#ifndef OWVM_LAUNCHER_SANDBOX_WORKER_H
#define OWVM_LAUNCHER_SANDBOX_WORKER_H

#include <stddef.h>
#include <sys/types.h>

#include "launcher/base/inherited-fds.h"

#define WORKER_FD(n) (INHERITED_FDS_FIRST + (n)) /* what the n-th of the fds is in the child */
#define WORKER_FDS_MAX 4

struct worker {
	pid_t pid; /* 0: there is none */
	int said;  /* fd of its last words */
};

#define WORKER_NONE \
	{ \
		.said = -1 \
	}

/* Begin: the child calls `work` with these fds alone, at most WORKER_FDS_MAX, and ends. `work`
 * returns 0, or -errno with a sentence. Returns 0 or -errno. */
int worker_start(int (*work)(void *context, char **reterr_text), void *context, const int *fds,
	size_t n, struct worker *ret_worker);

/* Wait for its end. Returns 0, or what `work` returned, with its sentence; -EIO when it was killed.
 */
int worker_finish(struct worker *worker, char **reterr_text);

/* End it as it is. */
void worker_stop(struct worker *worker);

#endif
