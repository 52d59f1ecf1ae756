/* SPDX-License-Identifier: MIT
 * `owrun set`: keys of a VM's vm.conf, all that are named or none. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/change/assign.h"
#include "launcher/change/conf-file.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept.h"

static int change(struct lines *lines, const char *directory, const struct options *options,
	char **reterr_text)
{
	int r = assign_unset(lines, options->unset, options->n_unset, reterr_text);

	return r < 0 ? r
		     : assign_all(lines, directory, options->rest, options->n_rest, reterr_text);
}

static int set(const struct options *options, char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_LINES lines = {0};
	OWNED_MEMORY char *path = NULL;
	OWNED_MEMORY char *before = NULL;
	OWNED_MEMORY char *after = NULL;
	int r = conf_file_open(options->operand, options->trust_directory, &vmdir, reterr_text);

	if (r == 0)
		r = conf_file_read(&vmdir, VMDIR_CONF, &before, reterr_text);
	if (r < 0)
		return r;
	lines_read(before, &lines);
	path = text_format("%s/" VMDIR_CONF, vmdir.path);
	r = change(&lines, vmdir.path, options, reterr_text);
	after = lines_join(&lines);
	if (r == 0)
		r = conf_file_judge(&vmdir, path, after, reterr_text);
	if (r == 0)
		r = conf_file_replace(&vmdir, before, after, false, reterr_text);
	if (r == 0)
		kept_tell_changed(
			options->operand, &vmdir, strcmp(before, after) == 0 ? NULL : "set");
	return r;
}

int set_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = 0;

	if (options->n_rest == 0 && options->n_unset == 0) {
		text_say(
			"'owrun set' needs KEY=VALUE, or '--unset KEY'; 'owrun config %s' shows what counts",
			options->operand);
		return EXIT_USAGE;
	}
	if (assign_check(options->rest, options->n_rest, options->unset, options->n_unset, &error) <
		0) {
		text_say("%s", error);
		return EXIT_USAGE;
	}
	r = set(options, &error);
	return text_exit_status(r, error);
}
