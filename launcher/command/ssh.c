/* SPDX-License-Identifier: MIT
 * `owrun ssh` and `owrun ssh-config`: a login in a VM, and what other programs need for one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/console.h"
#include "launcher/options/resolve.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"
#include "launcher/ssh/session.h"
#include "launcher/ssh/ssh.h"
#include "launcher/ssh/words.h"

static const char *user_of(const struct options *options)
{
	return options->user == NULL ? "root" : options->user;
}

static int ssh(const struct options *options, char **reterr_text)
{
	size_t n_before = words_options(options->rest, options->n_rest);
	size_t n_after = options->n_rest - n_before + 1;
	OWNED_MEMORY char **after = calloc(n_after, sizeof(*after));
	OWNED_MEMORY char *to = NULL;
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_SSH_WAY way = {0};
	OWNED_FD pidfd = -1;
	int r = attach_find(options, ATTACH_TIMEOUT, &runtime, &pidfd, reterr_text);

	if (after == NULL)
		abort();
	if (r == 0)
		r = ssh_way_find(options->operand, &runtime, &way, reterr_text);
	if (r < 0)
		return r;
	to = text_format("%s@%s", user_of(options), way.host);
	after[0] = to;
	for (size_t i = 1; i < n_after; i++)
		after[i] = options->rest[n_before + i - 1];
	return ssh_session_run(
		&(struct ssh_session){
			.program = "ssh",
			.name = options->operand,
			.way = &way,
			.before = options->rest,
			.n_before = n_before,
			.after = after,
			.n_after = n_after,
		},
		reterr_text);
}

int ssh_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = ssh(options, &error);

	return text_exit_status(r, error);
}

/* What is asked for, and for whom. */
struct blocks {
	const struct options *options;
	json_t *done; /* the names of those that were printed */
};

/* A block of ssh_config(5); the VM need not run. */
static void print_block(
	struct blocks *blocks, const char *name, const json_t *state, const char *directory)
{
	OWNED_SSH_WAY way = {0};
	const char *wanted = blocks->options->operand;

	if ((wanted != NULL && strcmp(wanted, name) != 0) ||
		json_object_get(blocks->done, name) != NULL)
		return;
	json_object_set_new(blocks->done, name, json_true());
	ssh_way_make(name, state, directory, &way);
	text_print(stdout, "Host %s", name);
	text_print(stdout, "    User %s", user_of(blocks->options));
	for (size_t i = 0; i < way.n; i++) {
		size_t key = strcspn(way.options[i], "=");

		text_print(
			stdout, "    %.*s %s", (int)key, way.options[i], way.options[i] + key + 1);
	}
}

static void visit_running(
	const char *name, const struct runtime *runtime, bool alive, void *context)
{
	json_auto_t *state = alive ? state_read(runtime) : NULL;

	if (alive)
		print_block(context, name, state, runtime->directory);
}

static void visit_kept(const char *name, const char *directory, void *context)
{
	json_auto_t *state = json_object();

	print_block(context, name, state, directory);
}

int ssh_config_run(struct options *options)
{
	json_auto_t *done = json_object();
	struct blocks blocks = {.options = options, .done = done};
	struct runtime_places places = {0};

	runtime_places_init(&places);
	runtime_each(&places, visit_running, &blocks);
	resolve_each(visit_kept, &blocks);
	if (json_object_size(done) > 0 || options->operand == NULL)
		return 0;
	text_say("there is no VM '%s'; 'owrun ls' lists them", options->operand);
	return 1;
}
