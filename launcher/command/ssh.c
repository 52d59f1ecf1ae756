/* SPDX-License-Identifier: MIT
 * `owrun ssh`: the ssh program, by the forward that leads to the guest's port 22. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/ssh.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define SSH_PORT 22

/* Become ssh. Returns only when that fails. */
static void execute(const struct options *options, const struct forward *forward)
{
	OWNED_MEMORY char *alias = text_format(SSH_ALIAS, options->operand);
	OWNED_MEMORY char *port = text_format("%u", (unsigned int)forward->host);
	OWNED_MEMORY char *to = text_format(
		"%s@%s", options->user == NULL ? "root" : options->user, forward_reach(forward));
	const char *const first[] = {"ssh", "-p", port, "-o", alias, to};
	size_t n = sizeof(first) / sizeof(first[0]);
	OWNED_MEMORY char **argv = calloc(n + options->n_rest + 1, sizeof(*argv));

	if (argv == NULL)
		abort();
	memcpy(argv, first, sizeof(first));
	for (size_t i = 0; i < options->n_rest; i++)
		argv[n + i] = options->rest[i];
	execvp("ssh", argv);
}

int ssh_find_forward(const char *name, struct forward *ret_forward, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	struct runtime_places places = {0};
	json_t *state = NULL;
	bool found = false;
	int r = 0;

	runtime_places_init(&places);
	r = runtime_find(&places, name, &runtime, reterr_text);
	if (r < 0)
		return r;
	state = state_read(&runtime);
	found = state_find_forward(state, SSH_PORT, ret_forward);
	json_decref(state);
	if (!found)
		return text_fail(reterr_text, -ENOENT,
			"no forward of VM '%s' leads to its port 22; start it with '--forward 0:22'",
			name);
	return 0;
}

int ssh_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	struct forward forward = {0};

	if (ssh_find_forward(options->operand, &forward, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	execute(options, &forward);
	text_say("cannot start 'ssh': %s%s", strerror(errno),
		errno == ENOENT ? "; on Debian it is in the package 'openssh-client'" : "");
	return 1;
}
