/* SPDX-License-Identifier: MIT
 * Another program that works on what came from outside, in a sandbox of its own. */
#include "launcher/sandbox/run.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/sandbox/sandbox.h"

struct cell {
	const struct sandbox *sandbox;
	uint64_t max;
};

static int confine(void *context)
{
	const struct cell *cell = context;
	const struct rlimit size = {cell->max, cell->max};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || setrlimit(RLIMIT_FSIZE, &size) < 0)
		return -errno;
	return sandbox_enter(cell->sandbox, -1);
}

int sandbox_run(const struct sandbox_run *run, char **reterr_text)
{
	struct sandbox sandbox = {0};
	int r = 0;

	if (!sandbox_possible())
		return text_fail(
			reterr_text, -EOPNOTSUPP, "this kernel has no Landlock to confine it");
	sandbox_make_tool(run->argv[0], run->read, run->n_read,
		(const char *const[]){run->written, run->below}, &sandbox);
	r = tool_run_prepared(run->argv,
		&(struct tool_child){
			.prepare = confine,
			.context = &(struct cell){.sandbox = &sandbox, .max = run->max},
		},
		run->signals, run->timeout, reterr_text);
	sandbox_free(&sandbox);
	return r;
}
