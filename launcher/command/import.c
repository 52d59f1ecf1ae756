/* SPDX-License-Identifier: MIT
 * `owrun import`: a VM of another program, by its description. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept.h"
#include "launcher/command/make.h"
#include "launcher/import/reach.h"
#include "launcher/import/read.h"

static void tell_left(const char *path, const struct import *import)
{
	for (size_t i = 0; i < import->n_left; i++) {
		const struct import_left *left = &import->left[i];

		if (left->line > 0)
			text_say("not taken over: %s:%u: %s", path, left->line, left->text);
		else
			text_say("not taken over: %s: %s", path, left->text);
	}
	if (import->n_left == IMPORT_LEFT_MAX)
		text_say("not taken over: %s: more is not told", path);
}

static void tell_reach(const char *path, const struct settings *settings)
{
	OWNED_MEMORY char *directory = file_absolute(path);

	*strrchr(directory, '/') = '\0';
	for (size_t i = 0; i < settings->n; i++) {
		OWNED_MEMORY char *told = reach_describe(settings, i, directory);

		if (told != NULL)
			text_say("%s: the guest gets what is there: %s", path, told);
	}
}

/* What the command line says of a key counts, as for 'owrun create'. */
static int make(struct options *options, const char *name, int signals, char **reterr_text)
{
	OWNED_MEMORY char *path = NULL;
	int r = make_vm(options, name, NULL, signals, &path, reterr_text);

	if (r == 0)
		kept_tell_made(name, path);
	return r;
}

static int import_it(struct options *options, char **reterr_text)
{
	OWNED_IMPORT import = {0};
	OWNED_FD signals = signals_open();
	int r = read_file(options->operand, &import, reterr_text);
	const char *name = options->n_rest > 0 ? options->rest[0] : import.name;

	if (r < 0)
		return r;
	tell_left(options->operand, &import);
	tell_reach(options->operand, &import.settings);
	settings_merge(&options->settings, &import.settings);
	return make(options, name, signals, reterr_text);
}

int import_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = import_it(options, &error);

	return text_exit_status(r, error);
}
