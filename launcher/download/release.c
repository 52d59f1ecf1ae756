/* SPDX-License-Identifier: MIT
 * What a release of OpenWrt says of its files. */
#include "launcher/download/release.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/image/name.h"

#define HEX_DIGITS "0123456789abcdef"
#define SHOWN_MAX 12	    /* names in a sentence */
#define GENERIC "-generic-" /* of all devices of a target */

/* A line of `sha256sums`, borrowed. */
struct sum {
	const char *hash; /* NULL: the line is none */
	const char *name;
	size_t length; /* of the name */
};

static struct sum read_line(const char *line, size_t length)
{
	size_t digits = RELEASE_HEX_SIZE - 1;

	if (length <= digits + 2 || memchr(line, '\0', length) != NULL || line[digits] != ' ' ||
		(line[digits + 1] != ' ' && line[digits + 1] != '*'))
		return (struct sum){0};
	for (size_t i = 0; i < digits; i++)
		if (memchr(HEX_DIGITS, line[i], strlen(HEX_DIGITS)) == NULL)
			return (struct sum){0};
	return (struct sum){line, line + digits + 2, length - digits - 2};
}

/* Take a line out of the text. False: there is none. */
static bool take_line(const char **sums, size_t *size, struct sum *ret_sum)
{
	const char *newline = *size == 0 ? NULL : memchr(*sums, '\n', *size);
	size_t length = newline == NULL ? *size : (size_t)(newline - *sums);

	if (*size == 0)
		return false;
	*ret_sum = read_line(*sums, length);
	length += newline == NULL ? 0 : 1;
	*sums += length;
	*size -= length;
	return true;
}

bool release_find_hash(
	const char *sums, size_t size, const char *name, char ret_hex[RELEASE_HEX_SIZE])
{
	struct sum sum = {0};

	while (take_line(&sums, &size, &sum))
		if (sum.hash != NULL && sum.length == strlen(name) &&
			memcmp(sum.name, name, sum.length) == 0) {
			memcpy(ret_hex, sum.hash, RELEASE_HEX_SIZE - 1);
			ret_hex[RELEASE_HEX_SIZE - 1] = '\0';
			return true;
		}
	return false;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), size = strlen(suffix);

	return length > size && strcmp(name + length - size, suffix) == 0;
}

/* What OpenWrt has called it, from release to release. */
static bool is_called(const char *name, const struct image_spec *spec)
{
	OWNED_MEMORY char *now = text_format("-%s-%s.img.gz", spec->filesystem, spec->type);
	OWNED_MEMORY char *old = text_format("-%s-%s.img.gz", spec->type, spec->filesystem);

	if (strcmp(spec->type, SPEC_KERNEL) == 0)
		return strstr(name, "initramfs") == NULL &&
		       (ends_with(name, "-kernel.bin") || ends_with(name, "-Image") ||
			       ends_with(name, "-zImage"));
	if (strcmp(spec->type, SPEC_TAR) == 0)
		return ends_with(name, "-rootfs.tar.gz");
	return ends_with(name, now) || ends_with(name, old);
}

bool release_find_file(
	const char *sums, size_t size, const struct image_spec *spec, char **ret_name)
{
	OWNED_MEMORY char *best = NULL;
	struct sum sum = {0};

	while (take_line(&sums, &size, &sum)) {
		OWNED_MEMORY char *name = sum.hash == NULL || sum.length > IMAGE_NAME_MAX
						  ? text_format("%s", "")
						  : text_format("%.*s", (int)sum.length, sum.name);

		if (!image_name_valid(name) || !is_called(name, spec) ||
			(best != NULL && strstr(name, GENERIC) == NULL))
			continue;
		free(best);
		best = name;
		name = NULL;
	}
	*ret_name = best;
	best = NULL;
	return *ret_name != NULL;
}

bool release_is_version(const char *text)
{
	return text != NULL && strlen(text) < SPEC_PART_SIZE && image_name_valid(text) &&
	       text[0] >= '0' && text[0] <= '9';
}

static const char *newest(const json_t *list, const char *meant)
{
	const char *best = NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *version = json_string_value(json_array_get(list, i));

		if (release_is_version(version) && image_spec_covers(meant, version) &&
			(best == NULL || image_spec_compare(version, best) > 0))
			best = version;
	}
	return best;
}

/* Those that are meant, or might have been; the caller frees it. */
static char *name_versions(const json_t *list)
{
	char *text = text_format("%s", "");
	size_t shown = 0;

	for (size_t i = 0; i < json_array_size(list) && shown < SHOWN_MAX; i++) {
		const char *version = json_string_value(json_array_get(list, i));

		if (release_is_version(version) && strchr(version, '-') == NULL)
			text_append(&text, "%s%s", shown++ == 0 ? "" : ", ", version);
	}
	return text;
}

int release_find_version(
	const json_t *versions, const char *meant, char **ret_version, char **reterr_text)
{
	const json_t *list = json_object_get(versions, "versions_list");
	const char *stable = json_string_value(json_object_get(versions, "stable_version"));
	const char *found = strcmp(meant, "latest") == 0 && release_is_version(stable)
				    ? stable
				    : newest(list, meant);
	OWNED_MEMORY char *all = found == NULL ? name_versions(list) : NULL;

	if (found == NULL)
		return text_fail(reterr_text, -ENOENT,
			"there is no release '%s' of OpenWrt; there are %s", meant,
			all[0] == '\0' ? "none" : all);
	*ret_version = text_format("%s", found);
	return 0;
}

static bool has(const json_t *image, const char *key, const char *wanted)
{
	const char *text = json_string_value(json_object_get(image, key));

	return text != NULL && strcmp(text, wanted) == 0;
}

/* Look at the images of one profile; what else is there is noted. */
static const char *find_in(const json_t *images, const struct image_spec *spec, char **others)
{
	for (size_t i = 0; i < json_array_size(images); i++) {
		const json_t *image = json_array_get(images, i);
		const char *name = json_string_value(json_object_get(image, "name"));
		const char *filesystem = json_string_value(json_object_get(image, "filesystem"));
		const char *type = json_string_value(json_object_get(image, "type"));

		if (name != NULL && image_name_valid(name) &&
			has(image, "filesystem", spec->filesystem) &&
			has(image, "type", spec->type))
			return name;
		if (filesystem != NULL && type != NULL && strlen(*others) < 200)
			text_append(others, "%s%s-%s", (*others)[0] == '\0' ? "" : ", ", filesystem,
				type);
	}
	return NULL;
}

int release_find_image(
	const json_t *profiles, const struct image_spec *spec, char **ret_name, char **reterr_text)
{
	json_t *all = json_object_get(profiles, "profiles"), *profile = NULL;
	OWNED_MEMORY char *others = text_format("%s", "");
	const char *key = NULL;

	/* PCs and virtual machines have one that is for all. */
	json_object_foreach (all, key, profile) {
		const char *name = find_in(json_object_get(profile, "images"), spec, &others);

		if (name != NULL) {
			*ret_name = text_format("%s", name);
			return 0;
		}
	}
	return text_fail(reterr_text, -ENOENT, "target '%s' has no image '%s-%s'; it has %s",
		spec->target, spec->filesystem, spec->type, others[0] == '\0' ? "none" : others);
}
