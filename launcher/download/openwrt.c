/* SPDX-License-Identifier: MIT
 * Images of OpenWrt's releases. */
#include "launcher/download/openwrt.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/download/apart.h"
#include "launcher/download/pull.h"
#include "launcher/download/release.h"
#include "launcher/image/name.h"

#define VERSIONS_MAX ((size_t)1024 * 1024) /* bytes */
#define PROFILES_MAX ((size_t)8 * 1024 * 1024)
#define SNAPSHOT "snapshot"

/* A release while an image of it is looked for. */
struct release {
	const struct mirror *mirror;
	struct image_spec spec; /* with the version that was found */
	char *place;		/* URL of the target's directory */
	char *sums;
	size_t sums_size;
};

static int ask_version(
	const json_t *versions, const void *meant, char **ret_version, char **reterr_text)
{
	return release_find_version(versions, meant, ret_version, reterr_text);
}

static int ask_image(const json_t *profiles, const void *spec, char **ret_name, char **reterr_text)
{
	return release_find_image(profiles, spec, ret_name, reterr_text);
}

static int find_version(struct release *release, const char *meant, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/.versions.json", release->mirror->url);
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *version = NULL;
	size_t size = 0;
	int r = mirror_get(release->mirror, url, VERSIONS_MAX, &text, &size, reterr_text);

	if (r == 0)
		r = apart_ask(url, text, size, &(struct apart_question){ask_version, meant},
			&version, reterr_text);
	if (r == 0 && !release_is_version(version))
		r = text_fail(reterr_text, -EBADMSG, "'%s' makes no sense", url);
	if (r == 0)
		memcpy(release->spec.version, version, strlen(version) + 1);
	return r;
}

/* Is that one version, and not a series? */
static bool is_exact(const char *version)
{
	const char *dot = strchr(version, '.');

	return strcmp(version, SNAPSHOT) == 0 || (dot != NULL && strchr(dot + 1, '.') != NULL);
}

static char *place_of(const struct release *release)
{
	const char *version = release->spec.version, *target = release->spec.target;
	const char *mirror = release->mirror->url;

	return strcmp(version, SNAPSHOT) == 0
		       ? text_format("%s/snapshots/targets/%s", mirror, target)
		       : text_format("%s/releases/%s/targets/%s", mirror, version, target);
}

/* Nothing is there: is it the version or the target that is wrong? */
static int explain_missing(struct release *release, char **reterr_text)
{
	const struct image_spec *spec = &release->spec;

	if (strcmp(spec->version, SNAPSHOT) != 0 && is_exact(spec->version) &&
		find_version(release, spec->version, reterr_text) < 0)
		return -ENOENT;
	return text_fail(reterr_text, -ENOENT, "release '%s' of OpenWrt has no target '%s'",
		spec->version, spec->target);
}

static int read_sums(struct release *release, char **reterr_text)
{
	int r = mirror_get_sums(release->mirror, release->place, release->spec.version,
		&release->sums, &release->sums_size, reterr_text);

	return r == -ENOENT ? explain_missing(release, reterr_text) : r;
}

/* What is signed stays so: a mirror must not have an old release in the place of a new one. */
static int check_release(const struct release *release, const char *name, char **reterr_text)
{
	const char *version = release->spec.version;
	OWNED_MEMORY char *part = text_format("-%s-", version);

	if (strcmp(version, SNAPSHOT) == 0 || strstr(name, part) != NULL)
		return 0;
	return text_fail(reterr_text, -EBADMSG, "'%s' is of another release, by its '%s'",
		release->place, name);
}

static enum pull_what what_of(const struct image_spec *spec)
{
	return strcmp(spec->type, SPEC_KERNEL) == 0 ? PULL_KERNEL
	       : strcmp(spec->type, SPEC_TAR) == 0  ? PULL_TAR
						    : PULL_IMAGE;
}

static int hash_of(const struct release *release, const char *name, char ret_hex[RELEASE_HEX_SIZE],
	char **reterr_text)
{
	if (release_find_hash(release->sums, release->sums_size, name, ret_hex))
		return 0;
	return text_fail(
		reterr_text, -EBADMSG, "'%s/sha256sums' has no hash of '%s'", release->place, name);
}

/* The name of the image by `profiles.json`, whose hash is right. */
static int ask_profiles(const struct release *release, char **ret_name, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/profiles.json", release->place);
	OWNED_MEMORY char *text = NULL;
	unsigned char hash[crypto_hash_sha256_BYTES] = {0};
	char wanted[RELEASE_HEX_SIZE] = "", found[RELEASE_HEX_SIZE] = "";
	size_t size = 0;
	int r = hash_of(release, "profiles.json", wanted, reterr_text);

	if (r == 0)
		r = mirror_get(release->mirror, url, PROFILES_MAX, &text, &size, reterr_text);
	if (r < 0)
		return r;
	crypto_hash_sha256(hash, (const unsigned char *)text, size);
	sodium_bin2hex(found, sizeof(found), hash, sizeof(hash));
	if (strcmp(wanted, found) != 0)
		return text_fail(reterr_text, -EBADMSG,
			"'%s' has not the SHA-256 that 'sha256sums' says: it was damaged or exchanged on its way",
			url);
	r = apart_ask(url, text, size, &(struct apart_question){ask_image, &release->spec},
		ret_name, reterr_text);
	if (r < 0 || image_name_valid(*ret_name))
		return r;
	return text_fail(reterr_text, -EBADMSG, "'%s' makes no sense", url);
}

/* Kernels, tars, and what old releases have for virtual machines are no images of a profile. */
static int find_file(const struct release *release, char **ret_name, char **reterr_text)
{
	const struct image_spec *spec = &release->spec;
	OWNED_MEMORY char *error = NULL;
	int r = what_of(spec) == PULL_IMAGE ? ask_profiles(release, ret_name, &error) : -ENOENT;

	if (r != -ENOENT)
		return r < 0 ? text_fail(reterr_text, r, "%s", error) : r;
	if (release_find_file(release->sums, release->sums_size, spec, ret_name))
		return 0;
	if (error != NULL)
		return text_fail(reterr_text, r, "%s", error);
	return text_fail(reterr_text, r, "release '%s' has no %s for target '%s'", spec->version,
		spec->type, spec->target);
}

static int pull_file(const struct release *release, const char *wanted,
	const struct image_store *store, json_t **ret_image, char **reterr_text)
{
	const struct mirror *mirror = release->mirror;
	const struct image_spec *spec = &release->spec;
	OWNED_MEMORY char *file = NULL;
	OWNED_MEMORY char *url = NULL;
	OWNED_MEMORY char *name = NULL;
	char hash[RELEASE_HEX_SIZE] = "";
	json_auto_t *about = json_pack("{s:s, s:s, s:s, s:s}", "version", spec->version, "target",
		spec->target, "filesystem", spec->filesystem, "type", spec->type);
	int r = find_file(release, &file, reterr_text);

	if (r == 0)
		r = check_release(release, file, reterr_text);
	if (r == 0)
		r = hash_of(release, file, hash, reterr_text);
	if (r < 0)
		return r;
	url = text_format("%s/%s", release->place, file);
	name = wanted == NULL ? image_name_derive(file) : text_format("%s", wanted);
	return image_pull(
		&(struct pull){
			.what = what_of(spec),
			.source = url,
			.name = name,
			.sha256 = hash,
			.verified = mirror->no_signature ? NULL : "signature",
			.about = about,
			.max = mirror->max,
			.timeout = mirror->timeout,
			.quiet = mirror->quiet,
			.signals = mirror->signals,
		},
		store, ret_image, reterr_text);
}

json_t *openwrt_find(const struct image_store *store, const struct image_spec *spec)
{
	json_auto_t *all = image_store_list(store);
	json_t *best = NULL;

	for (size_t i = 0; i < json_array_size(all); i++) {
		json_t *image = json_array_get(all, i);
		const json_t *about = json_object_get(image, "openwrt");
		const char *version = image_text(about, "version");

		if (strcmp(image_text(about, "target"), spec->target) == 0 &&
			strcmp(image_text(about, "filesystem"), spec->filesystem) == 0 &&
			strcmp(image_text(about, "type"), spec->type) == 0 &&
			image_spec_covers(spec->version, version) &&
			(best == NULL || image_spec_compare(version,
						 image_text(json_object_get(best, "openwrt"),
							 "version")) > 0))
			best = image;
	}
	return json_incref(best);
}

int openwrt_pull(const struct mirror *mirror, const struct image_spec *spec, const char *name,
	const struct image_store *store, json_t **ret_image, char **reterr_text)
{
	struct release release = {.mirror = mirror, .spec = *spec};
	int r = 0;

	if (!mirror->quiet && !mirror->no_signature && strncmp(mirror->url, "http://", 7) == 0)
		text_say("plain http: the signature tells whether all is as OpenWrt has made it");
	if (!is_exact(spec->version))
		r = find_version(&release, spec->version, reterr_text);
	release.place = place_of(&release);
	if (r == 0)
		r = read_sums(&release, reterr_text);
	if (r == 0)
		r = pull_file(&release, name, store, ret_image, reterr_text);
	free(release.place);
	free(release.sums);
	return r;
}
