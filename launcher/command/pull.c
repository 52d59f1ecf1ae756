/* SPDX-License-Identifier: MIT
 * `owrun pull`: an image from a URL or a file into the cache. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/image/download.h"
#include "launcher/image/name.h"
#include "launcher/image/pull.h"

static int check_source(const char *source, char **reterr_text)
{
	if (!image_name_is_url(source) || strncasecmp(source, "http://", 7) == 0 ||
		strncasecmp(source, "https://", 8) == 0)
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"'%s' begins with neither http:// nor https://, and nothing else is pulled from",
		source);
}

/* Nothing says that it is what somebody meant to give. */
static void tell_of_plain_http(const struct pull *pull)
{
	if (!pull->quiet && pull->sha256 == NULL && strncasecmp(pull->source, "http://", 7) == 0)
		text_say(
			"anybody on the way could exchange what comes by plain http; '--sha256 HASH' finds that out");
}

static void tell(const struct image_cache *cache, const json_t *image, int r)
{
	OWNED_MEMORY char *path = image_path(cache, image);
	OWNED_MEMORY char *word = shell_word(image_text(image, "name"));

	text_print(stdout, "%s: '%s'%s; 'owrun create VM %s' makes a VM of it",
		image_text(image, "name"), path, r > 0 ? " is there already" : "", word);
}

/* The path without a "./" in front, which only says that it is no name. */
static const char *without_dot(const char *path)
{
	while (strncmp(path, "./", 2) == 0 && path[2] != '\0')
		path += 2;
	return path;
}

static int pull(const struct options *options, int signals, char **reterr_text)
{
	OWNED_IMAGE_CACHE cache = IMAGE_CACHE_NONE;
	const char *operand = options->operand;
	OWNED_MEMORY char *source = image_name_is_url(operand)
					    ? text_format("%s", operand)
					    : file_absolute(without_dot(operand));
	OWNED_MEMORY char *derived = image_name_derive(source);
	const struct pull pull = {
		.source = source,
		.name = options->image_name != NULL ? options->image_name : derived,
		.sha256 = options->sha256,
		.verified = "sha256",
		.max = options->image_size > 0 ? options->image_size : PULL_SIZE_MAX,
		.timeout = options->has_timeout ? options->timeout : DOWNLOAD_TIMEOUT,
		.quiet = options->quiet,
		.signals = signals,
	};
	json_auto_t *image = NULL;
	int r = check_source(source, reterr_text);

	if (r == 0 && !image_name_valid(pull.name))
		r = text_fail(reterr_text, -EINVAL,
			"'%s' is not a name for an image (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			pull.name, IMAGE_NAME_MAX);
	if (r == 0)
		r = image_cache_open(&cache, reterr_text);
	if (r < 0)
		return r;
	tell_of_plain_http(&pull);
	r = image_pull(&pull, &cache, &image, reterr_text);
	if (r >= 0 && !options->quiet)
		tell(&cache, image, r);
	return r;
}

int pull_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD signals = signals_open();
	int r = pull(options, signals, &error);

	return text_exit_status(r > 0 ? 0 : r, error);
}
