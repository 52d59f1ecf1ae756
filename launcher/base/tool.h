/* SPDX-License-Identifier: MIT
 * Running another program for its output: no shell, a time limit. */
#ifndef OWVM_LAUNCHER_BASE_TOOL_H
#define OWVM_LAUNCHER_BASE_TOOL_H

#include <stddef.h>

/* Run the program argv[0] (a path, or a name on the PATH) and wait for it, its standard input
 * empty. A signal that comes by `signals`, a signalfd or -1, ends it. ret_output, which may be
 * NULL, is what it printed on stdout (the caller frees it). Returns 0; or -EREMOTEIO when it
 * failed, with a sentence that ends with the last line of its stderr; -ENOENT when there is no such
 * program; -ETIMEDOUT; -EINTR; or another -errno. */
int tool_run(char *const *argv, int signals, int timeout_ms, char **ret_output, char **reterr_text);

/* What the child has of its own. */
struct tool_child {
	int (*prepare)(void *context); /* called before it becomes the program: 0 or -errno */
	void *context;
	const int *fds; /* that it keeps, as inherited_fds_keep() has them */
	size_t n_fds;
};

/* The same with such a child; an error of what it prepares is one of the program. */
int tool_run_prepared(char *const *argv, const struct tool_child *child, int signals,
	int timeout_ms, char **reterr_text);

#endif
