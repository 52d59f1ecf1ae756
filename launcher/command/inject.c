/* SPDX-License-Identifier: MIT
 * `owrun inject`: files and recipes get into an image, without a mount. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/inside.h"

/* SRC:DEST, where DEST begins at the root: the last ":/" is what parts them. */
static int parse(const char *word, struct source *ret_source, char **ret_path, char **reterr_text)
{
	const char *colon = NULL;

	for (const char *at = word; (at = strstr(at, ":/")) != NULL; at++)
		colon = at;
	if (colon == NULL || colon == word)
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not SRC:DEST, with a DEST from the image's root as '/etc/x'",
			word);
	*ret_path = text_format("%.*s", (int)(colon - word), word);
	*ret_source = (struct source){.path = *ret_path, .destination = colon + 1};
	return 0;
}

static int inject(
	struct options *options, const struct source *sources, int signals, char **reterr_text)
{
	OWNED_INSIDE inside = INSIDE_NONE;
	OWNED_MEMORY char *address = inside_router_address(options);
	int r = inside_open(options, true, signals, &inside, reterr_text);

	if (r == 0)
		r = inside_change(options, sources, options->n_rest, &inside.edit, reterr_text);
	if (r == 0 && address != NULL && inside.vmdir.fd >= 0)
		text_say(
			"forwards find the router there with 'guest-address = %s' in '%s/" VMDIR_CONF
			"'",
			address, inside.vmdir.path);
	return r;
}

int inject_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD signals = -1;
	OWNED_MEMORY struct source *sources = calloc(options->n_rest + 1, sizeof(*sources));
	OWNED_MEMORY char **paths = calloc(options->n_rest + 1, sizeof(*paths));
	int r = 0;

	if (sources == NULL || paths == NULL)
		abort();
	if (options->n_rest + options->n_recipes == 0) {
		text_say("'owrun inject' needs SRC:DEST, or '--recipe'; see '--help'");
		return EXIT_USAGE;
	}
	signals = signals_open();
	r = inside_check_recipes(options, &error);
	for (size_t i = 0; r == 0 && i < options->n_rest; i++)
		r = parse(options->rest[i], &sources[i], &paths[i], &error);
	if (r == 0)
		r = inject(options, sources, signals, &error);
	for (size_t i = 0; i < options->n_rest; i++)
		free(paths[i]);
	return text_exit_status(r, error);
}
