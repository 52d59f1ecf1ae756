/* SPDX-License-Identifier: MIT
 * Images of OpenWrt's releases. */
#include "launcher/download/openwrt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/download/fetch-text.h"
#include "launcher/download/pull.h"
#include "launcher/download/release.h"
#include "launcher/download/usign.h"
#include "launcher/image/name.h"

#define VERSIONS_MAX ((size_t)1024 * 1024) /* bytes */
#define SUMS_MAX ((size_t)4 * 1024 * 1024)
#define PROFILES_MAX ((size_t)8 * 1024 * 1024)
#define SIGNATURE_MAX ((size_t)4096)
#define SNAPSHOT "snapshot"

/* A release while an image of it is looked for. */
struct release {
	const struct openwrt *openwrt;
	struct image_spec spec; /* with the version that was found */
	char *place;		/* URL of the target's directory */
	char *sums;
	size_t sums_size;
};

static int get(const struct release *release, const char *url, size_t max, char **ret_text,
	size_t *ret_size, char **reterr_text)
{
	const struct openwrt *openwrt = release->openwrt;

	return fetch_text(
		url, max, openwrt->timeout, openwrt->signals, ret_text, ret_size, reterr_text);
}

/* Read JSON that came from `url`. */
static int parse(
	const char *url, const char *text, size_t size, json_t **ret_value, char **reterr_text)
{
	json_error_t error = {0};

	*ret_value = json_loadb(text, size, 0, &error);
	if (*ret_value != NULL)
		return 0;
	return text_fail(reterr_text, -EBADMSG, "'%s' makes no sense: line %d: %s", url, error.line,
		error.text);
}

static int find_version(struct release *release, const char *meant, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/.versions.json", release->openwrt->mirror);
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *version = NULL;
	json_auto_t *versions = NULL;
	size_t size = 0;
	int r = get(release, url, VERSIONS_MAX, &text, &size, reterr_text);

	if (r == 0)
		r = parse(url, text, size, &versions, reterr_text);
	if (r == 0)
		r = release_find_version(versions, meant, &version, reterr_text);
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
	const char *mirror = release->openwrt->mirror;

	return strcmp(version, SNAPSHOT) == 0
		       ? text_format("%s/snapshots/targets/%s", mirror, target)
		       : text_format("%s/releases/%s/targets/%s", mirror, version, target);
}

/* Nothing is there: is it the version or the target that is wrong? */
static int explain_missing(struct release *release, char **reterr_text)
{
	const struct image_spec *spec = &release->openwrt->spec;

	if (strcmp(spec->version, SNAPSHOT) != 0 && is_exact(spec->version) &&
		find_version(release, spec->version, reterr_text) < 0)
		return -ENOENT;
	return text_fail(reterr_text, -ENOENT, "release '%s' of OpenWrt has no target '%s'",
		release->spec.version, release->spec.target);
}

static int read_key(const char *path, struct usign_key *ret_key, char **reterr_text)
{
	OWNED_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int r = fd < 0 ? -errno : own_file_check(fd, geteuid(), SIGNATURE_MAX);
	char text[SIGNATURE_MAX] = "";
	ssize_t size = r < 0 ? -1 : read(fd, text, sizeof(text));

	if (r < 0)
		return text_fail(reterr_text, r, "key '%s': %s", path, own_phrase(r));
	if (size < 0 || !usign_read_key(text, (size_t)size, ret_key))
		return text_fail(reterr_text, -EINVAL, "'%s' is no public key of usign", path);
	return 0;
}

/* The key that the signature says it is by: the user's, or one that OpenWrt signs that release
 * with. */
static int find_key(const struct release *release, const struct usign_signature *signature,
	struct usign_key *ret_key, char **reterr_text)
{
	char number[USIGN_NUMBER_TEXT_SIZE] = "";
	int r = release->openwrt->key == NULL
			? 0
			: read_key(release->openwrt->key, ret_key, reterr_text);

	if (r < 0)
		return r;
	if ((release->openwrt->key != NULL &&
		    memcmp(ret_key->number, signature->number, USIGN_NUMBER_SIZE) == 0) ||
		usign_find_key(release->spec.version, signature->number, ret_key))
		return 0;
	usign_format(signature->number, number);
	return text_fail(reterr_text, -EPERM,
		"'%s/sha256sums' is signed by key %s, which is not known for release '%s'; '--key FILE' adds one",
		release->place, number, release->spec.version);
}

static int check_signature(const struct release *release, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/sha256sums.sig", release->place);
	OWNED_MEMORY char *text = NULL;
	struct usign_signature signature = {0};
	struct usign_key key = {0};
	size_t size = 0;
	int r = get(release, url, SIGNATURE_MAX, &text, &size, reterr_text);

	if (r < 0)
		return r;
	if (!usign_read_signature(text, size, &signature))
		return text_fail(reterr_text, -EBADMSG, "'%s' is no signature of usign", url);
	r = find_key(release, &signature, &key, reterr_text);
	if (r == 0 && !usign_check(&key, &signature, release->sums, release->sums_size))
		r = text_fail(reterr_text, -EPERM,
			"the signature of '%s/sha256sums' is wrong: this is not what OpenWrt has signed",
			release->place);
	return r;
}

static int read_sums(struct release *release, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/sha256sums", release->place);
	int r = get(release, url, SUMS_MAX, &release->sums, &release->sums_size, reterr_text);

	if (r == -ENOENT)
		return explain_missing(release, reterr_text);
	if (r < 0)
		return r;
	if (!release->openwrt->no_signature)
		return check_signature(release, reterr_text);
	text_say(
		"WARNING: no signature is checked, so whoever answers for '%s' chooses what your VM runs",
		release->openwrt->mirror);
	return 0;
}

static int hash_of(const struct release *release, const char *name, char ret_hex[RELEASE_HEX_SIZE],
	char **reterr_text)
{
	if (release_find_hash(release->sums, release->sums_size, name, ret_hex))
		return 0;
	return text_fail(
		reterr_text, -EBADMSG, "'%s/sha256sums' has no hash of '%s'", release->place, name);
}

/* The name of the image, by a file whose hash is right. */
static int find_image(const struct release *release, char **ret_name, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/profiles.json", release->place);
	OWNED_MEMORY char *text = NULL;
	unsigned char hash[crypto_hash_sha256_BYTES] = {0};
	char wanted[RELEASE_HEX_SIZE] = "", found[RELEASE_HEX_SIZE] = "";
	json_auto_t *profiles = NULL;
	size_t size = 0;
	int r = hash_of(release, "profiles.json", wanted, reterr_text);

	if (r == 0)
		r = get(release, url, PROFILES_MAX, &text, &size, reterr_text);
	if (r < 0)
		return r;
	crypto_hash_sha256(hash, (const unsigned char *)text, size);
	sodium_bin2hex(found, sizeof(found), hash, sizeof(hash));
	if (strcmp(wanted, found) != 0)
		return text_fail(reterr_text, -EBADMSG,
			"'%s' has not the SHA-256 that 'sha256sums' says: it was damaged or exchanged on its way",
			url);
	r = parse(url, text, size, &profiles, reterr_text);
	return r < 0 ? r : release_find_image(profiles, &release->spec, ret_name, reterr_text);
}

static int pull_image(const struct release *release, const struct image_cache *cache,
	json_t **ret_image, char **reterr_text)
{
	const struct openwrt *openwrt = release->openwrt;
	const struct image_spec *spec = &release->spec;
	OWNED_MEMORY char *file = NULL;
	OWNED_MEMORY char *url = NULL;
	OWNED_MEMORY char *name = NULL;
	char hash[RELEASE_HEX_SIZE] = "";
	json_auto_t *about = json_pack("{s:s, s:s, s:s, s:s}", "version", spec->version, "target",
		spec->target, "filesystem", spec->filesystem, "type", spec->type);
	int r = find_image(release, &file, reterr_text);

	if (r == 0)
		r = hash_of(release, file, hash, reterr_text);
	if (r < 0)
		return r;
	url = text_format("%s/%s", release->place, file);
	name = openwrt->name == NULL ? image_name_derive(file) : text_format("%s", openwrt->name);
	return image_pull(
		&(struct pull){
			.source = url,
			.name = name,
			.sha256 = hash,
			.verified = openwrt->no_signature ? NULL : "signature",
			.about = about,
			.max = openwrt->max,
			.timeout = openwrt->timeout,
			.quiet = openwrt->quiet,
			.signals = openwrt->signals,
		},
		cache, ret_image, reterr_text);
}

json_t *openwrt_find(const struct image_cache *cache, const struct image_spec *spec)
{
	json_auto_t *all = image_cache_list(cache);
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

int openwrt_pull(const struct openwrt *openwrt, const struct image_cache *cache, json_t **ret_image,
	char **reterr_text)
{
	struct release release = {.openwrt = openwrt, .spec = openwrt->spec};
	int r = is_exact(openwrt->spec.version)
			? 0
			: find_version(&release, openwrt->spec.version, reterr_text);

	release.place = place_of(&release);
	if (r == 0)
		r = read_sums(&release, reterr_text);
	if (r == 0)
		r = pull_image(&release, cache, ret_image, reterr_text);
	free(release.place);
	free(release.sums);
	return r;
}
