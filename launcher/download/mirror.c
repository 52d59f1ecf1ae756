/* SPDX-License-Identifier: MIT
 * A mirror of OpenWrt's releases. */
#include "launcher/download/mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/download/download.h"
#include "launcher/download/fetch-text.h"
#include "launcher/download/pull.h"
#include "launcher/download/usign.h"

#define SUMS_MAX ((size_t)4 * 1024 * 1024) /* bytes */
#define SIGNATURE_MAX ((size_t)4096)

void mirror_init(struct mirror *ret_mirror, const struct options *options, int signals)
{
	const char *url = options->mirror == NULL ? MIRROR_URL : options->mirror;
	size_t length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	*ret_mirror = (struct mirror){
		.url = text_format("%.*s", (int)length, url),
		.key = options->key,
		.no_signature = options->no_signature,
		.max = options->image_size > 0 ? options->image_size : PULL_SIZE_MAX,
		.timeout = options->has_timeout ? options->timeout : DOWNLOAD_TIMEOUT,
		.quiet = options->quiet,
		.signals = signals,
	};
}

void mirror_free(struct mirror *mirror)
{
	free(mirror->url);
}

int mirror_get(const struct mirror *mirror, const char *url, size_t max, char **ret_text,
	size_t *ret_size, char **reterr_text)
{
	return fetch_text(
		url, max, mirror->timeout, mirror->signals, ret_text, ret_size, reterr_text);
}

static int read_key(const char *path, struct usign_key *ret_key, char **reterr_text)
{
	OWNED_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int r = fd < 0 ? -errno : own_file_check(fd, geteuid(), SIGNATURE_MAX);
	char text[SIGNATURE_MAX] = "";
	ssize_t size = r < 0 ? -1 : read(fd, text, sizeof(text));

	if (r < 0)
		return text_fail(reterr_text, r, "key '%s': %s", path,
			r == -EFBIG ? "no public key of usign is so large" : own_phrase(r));
	if (size < 0 || !usign_read_key(text, (size_t)size, ret_key))
		return text_fail(reterr_text, -EINVAL, "'%s' is no public key of usign", path);
	return 0;
}

/* The key that the signature of that URL says it is by: the user's, or one that OpenWrt signs that
 * release with. */
static int find_key(const struct mirror *mirror, const char *url, const char *version,
	const struct usign_signature *signature, struct usign_key *ret_key, char **reterr_text)
{
	char number[USIGN_NUMBER_TEXT_SIZE] = "";
	int r = mirror->key == NULL ? 0 : read_key(mirror->key, ret_key, reterr_text);

	if (r < 0)
		return r;
	if ((mirror->key != NULL &&
		    memcmp(ret_key->number, signature->number, USIGN_NUMBER_SIZE) == 0) ||
		usign_find_key(version, signature->number, ret_key))
		return 0;
	usign_format(signature->number, number);
	return text_fail(reterr_text, -EPERM,
		"'%s' is signed by key %s, which is not known for release '%s'; '--key FILE' adds one",
		url, number, version);
}

static int check_signature(const struct mirror *mirror, const char *url, const char *version,
	const char *sums, size_t sums_size, char **reterr_text)
{
	OWNED_MEMORY char *other = text_format("%s.sig", url);
	OWNED_MEMORY char *text = NULL;
	struct usign_signature signature = {0};
	struct usign_key key = {0};
	size_t size = 0;
	int r = mirror_get(mirror, other, SIGNATURE_MAX, &text, &size, reterr_text);

	if (r < 0)
		return r;
	if (!usign_read_signature(text, size, &signature))
		return text_fail(reterr_text, -EBADMSG, "'%s' is no signature of usign", other);
	r = find_key(mirror, url, version, &signature, &key, reterr_text);
	if (r == 0 && !usign_check(&key, &signature, sums, sums_size))
		r = text_fail(reterr_text, -EPERM,
			"the signature of '%s' is wrong: this is not what OpenWrt has signed", url);
	return r;
}

int mirror_get_sums(const struct mirror *mirror, const char *place, const char *version,
	char **ret_sums, size_t *ret_size, char **reterr_text)
{
	OWNED_MEMORY char *url = text_format("%s/sha256sums", place);
	OWNED_MEMORY char *sums = NULL;
	int r = mirror_get(mirror, url, SUMS_MAX, &sums, ret_size, reterr_text);

	if (r < 0)
		return r;
	if (!mirror->no_signature)
		r = check_signature(mirror, url, version, sums, *ret_size, reterr_text);
	/* A release without a signature, or a key that is not there, is another matter. */
	if (r < 0)
		return r == -ENOENT ? -EBADMSG : r;
	if (mirror->no_signature)
		text_say(
			"WARNING: no signature is checked, so whoever answers for '%s' chooses what your VM runs",
			mirror->url);
	*ret_sums = sums;
	sums = NULL;
	return 0;
}
