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
#include "launcher/download/download.h"
#include "launcher/download/openwrt.h"
#include "launcher/download/pull.h"
#include "launcher/image/name.h"

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

static uint64_t size_of(const struct options *options)
{
	return options->image_size > 0 ? options->image_size : PULL_SIZE_MAX;
}

static unsigned int timeout_of(const struct options *options)
{
	return options->has_timeout ? options->timeout : DOWNLOAD_TIMEOUT;
}

static int pull_source(const struct options *options, const struct image_cache *cache, int signals,
	json_t **ret_image, char **reterr_text)
{
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
		.max = size_of(options),
		.timeout = timeout_of(options),
		.quiet = options->quiet,
		.signals = signals,
	};
	int r = check_source(source, reterr_text);

	if (r < 0)
		return r;
	if (options->mirror != NULL || options->key != NULL || options->no_signature)
		return text_fail(reterr_text, -EINVAL,
			"'--mirror', '--key' and '--insecure-no-signature' are about releases of OpenWrt, and '%s' is none",
			operand);
	tell_of_plain_http(&pull);
	return image_pull(&pull, cache, ret_image, reterr_text);
}

static int pull_openwrt(const struct options *options, const struct image_cache *cache, int signals,
	json_t **ret_image, char **reterr_text)
{
	const char *base = options->mirror == NULL ? OPENWRT_MIRROR : options->mirror;
	size_t length = strlen(base);
	OWNED_MEMORY char *mirror = NULL;
	struct openwrt openwrt = {
		.key = options->key,
		.no_signature = options->no_signature,
		.name = options->image_name,
		.max = size_of(options),
		.timeout = timeout_of(options),
		.quiet = options->quiet,
		.signals = signals,
	};
	int r = image_spec_parse(options->operand,
		options->vm.arch == NULL ? arch_host() : options->vm.arch, &openwrt.spec,
		reterr_text);

	if (r == 0 && options->sha256 != NULL)
		r = text_fail(reterr_text, -EINVAL,
			"'--sha256' has no place with a release of OpenWrt, which says and signs it");
	if (r < 0)
		return r;
	while (length > 0 && base[length - 1] == '/')
		length--;
	mirror = text_format("%.*s", (int)length, base);
	openwrt.mirror = mirror;
	if (!options->quiet && !options->no_signature && strncmp(mirror, "http://", 7) == 0)
		text_say("plain http: the signature tells whether all is as OpenWrt has made it");
	return openwrt_pull(&openwrt, cache, ret_image, reterr_text);
}

static int pull(const struct options *options, int signals, char **reterr_text)
{
	OWNED_IMAGE_CACHE cache = IMAGE_CACHE_NONE;
	json_auto_t *image = NULL;
	int r = image_cache_open(&cache, reterr_text);

	if (r == 0 && options->image_name != NULL && !image_name_valid(options->image_name))
		r = text_fail(reterr_text, -EINVAL,
			"'%s' is not a name for an image (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			options->image_name, IMAGE_NAME_MAX);
	if (r == 0)
		r = (image_spec_is(options->operand) ? pull_openwrt : pull_source)(
			options, &cache, signals, &image, reterr_text);
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
