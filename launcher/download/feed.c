/* SPDX-License-Identifier: MIT
 * What comes in of an image, on its way: kept as it is, to go on from there, hashed, unpacked. */
#include "launcher/download/feed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"

#define BUFFER_SIZE ((size_t)256 * 1024)
#define BEHIND_MAX ((uint64_t)16 * 1024 * 1024) /* bytes: signatures, and what describes it */

static int say_io(int error, const char *what, char **reterr_text)
{
	return text_fail(
		reterr_text, -error, "cannot %s: %s%s", what, strerror(error), FEED_ROOM(error));
}

/* Hash and unpack. */
static int take(struct feed *feed, const void *data, size_t size, char **reterr_text)
{
	int r = unpack_give(&feed->unpack, data, size);

	if (r == -EPIPE && unpack_finish(&feed->unpack, reterr_text) < 0)
		return -EBADMSG;
	/* An archive has ended before what came in: no more of it is wanted, but its hash. */
	if (r < 0 && r != -EPIPE && r != -EBADF)
		return say_io(-r, "unpack", reterr_text);
	feed->behind += r < 0 ? size : 0;
	if (feed->behind > BEHIND_MAX)
		return text_fail(
			reterr_text, -EBADMSG, "does not end where what is packed in it does");
	crypto_hash_sha256_update(&feed->hash, data, size);
	feed->fed += size;
	return 0;
}

static int take_kept(struct feed *feed, uint64_t kept, char **reterr_text)
{
	OWNED_MEMORY void *buffer = malloc(BUFFER_SIZE);

	if (buffer == NULL)
		abort();
	while (feed->fed < kept) {
		uint64_t left = kept - feed->fed;
		ssize_t length = pread(feed->part, buffer,
			left < BUFFER_SIZE ? (size_t)left : BUFFER_SIZE, (off_t)feed->fed);
		int r = 0;

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return say_io(length < 0 ? errno : EIO, "read what was kept", reterr_text);
		r = take(feed, buffer, (size_t)length, reterr_text);
		if (r < 0)
			return r;
	}
	return 0;
}

int feed_start(struct feed *feed, uint64_t kept, char **reterr_text)
{
	int r = 0;

	unpack_stop(&feed->unpack);
	feed->fed = feed->behind = 0;
	crypto_hash_sha256_init(&feed->hash);
	if (ftruncate(feed->output, 0) < 0 ||
		(feed->part >= 0 && ftruncate(feed->part, (off_t)kept) < 0))
		return say_io(errno, "begin anew", reterr_text);
	r = unpack_start(feed->output, feed->max, &feed->unpack);
	if (r < 0)
		return say_io(-r, "start what unpacks it", reterr_text);
	return take_kept(feed, kept, reterr_text);
}

int feed_give(struct feed *feed, const void *data, size_t size, char **reterr_text)
{
	int r = 0;

	/* What unpacks to nothing could go on for ever. */
	if (feed->fed + size > feed->max + BEHIND_MAX)
		return text_fail(reterr_text, -EBADMSG,
			"is larger as it comes than what is packed in it may be");
	r = feed->part < 0 ? 0 : bytes_write_at(feed->part, data, size, feed->fed);
	if (r < 0)
		return say_io(-r, "write", reterr_text);
	return take(feed, data, size, reterr_text);
}

int feed_finish(struct feed *feed, char ret_sha256[FEED_HEX_SIZE], char **reterr_text)
{
	unsigned char hash[crypto_hash_sha256_BYTES] = {0};

	if (feed->unpack.worker.pid > 0 && unpack_finish(&feed->unpack, reterr_text) < 0)
		return -EBADMSG;
	crypto_hash_sha256_final(&feed->hash, hash);
	sodium_bin2hex(ret_sha256, FEED_HEX_SIZE, hash, sizeof(hash));
	return 0;
}

void feed_close(struct feed *feed)
{
	unpack_stop(&feed->unpack);
	cleanup_close(&feed->output);
	cleanup_close(&feed->part);
}
