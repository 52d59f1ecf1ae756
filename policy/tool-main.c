/* SPDX-License-Identifier: MIT
 * owvm-policy: what the policy says, for administrators and users; needs no privilege. */
#include <stdio.h>

#include "policy/tool-commands.h"

static enum tool_status run(const struct tool_arguments *arguments)
{
	if (arguments->help) {
		fputs(tool_usage, stdout);
		return TOOL_PERMIT;
	}
	if (arguments->version) {
		puts("owvm-policy " OWVM_VERSION);
		return TOOL_PERMIT;
	}
	switch (arguments->command) {
	case TOOL_CHECK:
		return tool_check(arguments);
	case TOOL_EXPLAIN:
		return tool_explain(arguments);
	case TOOL_NETS:
		return tool_nets(arguments);
	}
	return TOOL_BROKEN;
}

int main(int argc, char **argv)
{
	struct tool_arguments arguments = {0};
	char reason[TOOL_REASON_SIZE] = "";
	enum tool_status status = TOOL_BROKEN;

	if (tool_arguments_parse(argv + 1, argc > 0 ? (size_t)argc - 1 : 0, &arguments, reason) <
		0) {
		fprintf(stderr, "owvm-policy: %s\n", reason);
		return TOOL_BROKEN;
	}
	status = run(&arguments);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "owvm-policy: cannot write the answer\n");
		return TOOL_BROKEN;
	}
	return (int)status;
}
