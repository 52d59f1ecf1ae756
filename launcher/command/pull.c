/* SPDX-License-Identifier: MIT
 * `owrun pull`: an image from a URL or a file into the store. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
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

static void tell(const struct image_store *store, const json_t *image, int r)
{
	OWNED_MEMORY char *path = image_path(store, image);
	OWNED_MEMORY char *word = shell_word(image_text(image, "name"));
	const char *there = r > 0 ? " is there already" : "";

	if (image_is_disk(image))
		text_print(stdout, "%s: '%s'%s; 'owrun create VM %s' makes a VM of it",
			image_text(image, "name"), path, there, word);
	else if (strcmp(image_text(image, "format"), "tar") == 0)
		text_print(stdout, "%s: '%s'%s; 'owrun mkimage' makes an image of it",
			image_text(image, "name"), path, there);
	else
		text_print(stdout, "%s: '%s'%s", image_text(image, "name"), path, there);
}

/* The path without a "./" in front, which only says that it is no name. */
static const char *without_dot(const char *path)
{
	while (strncmp(path, "./", 2) == 0 && path[2] != '\0')
		path += 2;
	return path;
}

static int pull_source(const struct options *options, const struct mirror *how,
	const struct image_store *store, json_t **ret_image, char **reterr_text)
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
		.max = how->max,
		.timeout = how->timeout,
		.quiet = how->quiet,
		.signals = how->signals,
	};
	int r = check_source(source, reterr_text);

	if (r < 0)
		return r;
	if (options->mirror != NULL || options->key != NULL || options->no_signature)
		return text_fail(reterr_text, -EINVAL,
			"'--mirror', '--key' and '--insecure-no-signature' are about releases of OpenWrt, and '%s' is none",
			operand);
	tell_of_plain_http(&pull);
	r = image_pull(&pull, store, ret_image, reterr_text);
	if (r == -ENOENT && strncasecmp(operand, "openwrt", 7) == 0)
		return text_fail(reterr_text, r,
			"there is no file '%s', and a release has a name such as 'openwrt:23.05'",
			operand);
	return r;
}

static int pull_openwrt(const struct options *options, const struct mirror *mirror,
	const struct image_store *store, json_t **ret_image, char **reterr_text)
{
	struct image_spec spec = {0};
	int r = image_spec_parse(options->operand,
		options->vm.arch == NULL ? arch_host() : options->vm.arch, &spec, reterr_text);

	if (r == 0 && options->sha256 != NULL)
		r = text_fail(reterr_text, -EINVAL,
			"'--sha256' has no place with a release of OpenWrt, which says and signs it");
	return r < 0 ? r
		     : openwrt_pull(
			       mirror, &spec, options->image_name, store, ret_image, reterr_text);
}

static int pull(const struct options *options, int signals, char **reterr_text)
{
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	OWNED_MIRROR mirror = {0};
	json_auto_t *image = NULL;
	int r = image_store_open(&store, reterr_text);

	mirror_init(&mirror, options, signals);
	if (r == 0 && options->image_name != NULL && !image_name_valid(options->image_name))
		r = text_fail(reterr_text, -EINVAL,
			"'%s' is not a name for an image (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			options->image_name, IMAGE_NAME_MAX);
	if (r == 0)
		r = (image_spec_is(options->operand) ? pull_openwrt : pull_source)(
			options, &mirror, &store, &image, reterr_text);
	if (r >= 0 && !options->quiet)
		tell(&store, image, r);
	return r;
}

int pull_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD signals = signals_open();
	int r = pull(options, signals, &error);

	return text_exit_status(r > 0 ? 0 : r, error);
}
