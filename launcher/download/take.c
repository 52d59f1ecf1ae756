/* SPDX-License-Identifier: MIT
 * The first step of pulling an image: all of it in a file, checked. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/download/fetch.h"
#include "launcher/download/private.h"
#include "launcher/download/progress.h"
#include "launcher/image/look.h"
#include "launcher/image/name.h"

#define BUFFER_SIZE ((size_t)256 * 1024)

int pull_make_file(const struct image_store *store, const char *name, char **reterr_text)
{
	int fd = -1;

	/* An owrun that was killed may have left one. */
	(void)!unlinkat(store->fd, name, 0);
	fd = openat(store->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return text_fail(reterr_text, -errno, "cannot make '%s/%s': %s", store->path, name,
			strerror(errno));
	return fd;
}

static int read_file(const struct pull_work *work, int fd, struct feed *feed, char **reterr_text)
{
	const struct pull *pull = work->pull;
	OWNED_MEMORY void *buffer = malloc(BUFFER_SIZE);
	struct pollfd wait = {.fd = pull->signals, .events = POLLIN};
	struct progress progress = {0};
	struct stat st = {0};
	int r = fstat(fd, &st) < 0 ? -errno : 0;

	if (buffer == NULL)
		abort();
	progress_start(&progress, pull->name, pull->quiet, 0);
	while (r == 0) {
		ssize_t length = read(fd, buffer, BUFFER_SIZE);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			r = text_fail(reterr_text, -errno, "%s", strerror(errno));
		if (length <= 0)
			break;
		if (poll(&wait, 1, 0) > 0)
			r = text_fail(reterr_text, -EINTR, "interrupted");
		if (r == 0)
			r = feed_give(feed, buffer, (size_t)length, reterr_text);
		progress_show(&progress, feed->fed, (uint64_t)st.st_size);
	}
	progress_clear(&progress);
	return r;
}

/* Open what the user named by a path. Returns a fd, or -errno with a sentence. */
static int open_source(const char *source, char **reterr_text)
{
	OWNED_FD found = own_lead_open(source, geteuid(), reterr_text);
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", found);
	OWNED_FD fd = found < 0 ? -1 : open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st = {0};

	if (found == -EPERM)
		return found;
	if (found < 0)
		return text_fail(reterr_text, found, "'%s': %s", source, strerror(-found));
	if (fd < 0 || fstat(fd, &st) < 0)
		return text_fail(reterr_text, -errno, "'%s': %s", source, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return text_fail(reterr_text, -EINVAL, "'%s' is no file", source);
	return cleanup_steal_fd(&fd);
}

static int take_file(const struct pull_work *work, struct feed *feed, char **reterr_text)
{
	OWNED_FD fd = open_source(work->pull->source, reterr_text);
	int r = fd < 0 ? fd : feed_start(feed, 0, reterr_text);

	return r < 0 ? r : read_file(work, fd, feed, reterr_text);
}

static int take_url(
	const struct pull_work *work, struct feed *feed, bool *ret_resumed, char **reterr_text)
{
	const struct pull *pull = work->pull;

	return fetch_run(
		&(struct fetch){
			.store = work->store,
			.name = pull->name,
			.url = pull->source,
			.hashed = pull->sha256 != NULL,
			.timeout = pull->timeout,
			.signals = pull->signals,
			.quiet = pull->quiet,
		},
		feed, ret_resumed, reterr_text);
}

static int check_hash(const struct pull_work *work, char **reterr_text)
{
	const struct pull *pull = work->pull;

	if (pull->sha256 == NULL || strcasecmp(pull->sha256, work->sha256) == 0)
		return 0;
	return text_fail(reterr_text, -EBADMSG,
		"has the SHA-256 %s, and not %s: it was damaged or exchanged on its way",
		work->sha256, pull->sha256);
}

int pull_take(struct pull_work *work, bool *ret_resumed, char **reterr_text)
{
	struct feed feed = FEED_NONE;
	OWNED_MEMORY char *error = NULL;
	int r = pull_make_file(work->store, work->fresh, reterr_text);

	if (r < 0)
		return r;
	feed.output = r;
	feed.max = work->pull->max;
	r = image_name_is_url(work->pull->source) ? take_url(work, &feed, ret_resumed, &error)
						  : take_file(work, &feed, &error);
	if (r == 0)
		r = feed_finish(&feed, work->sha256, &error);
	if (r == 0)
		r = check_hash(work, &error);
	if (r == 0)
		r = image_look(feed.output, &work->kind);
	if (r < 0 && (error == NULL || r == -EBADMSG))
		text_fail(reterr_text, r, "'%s' %s", work->pull->source,
			error == NULL ? strerror(-r) : error);
	else if (r < 0)
		text_fail(reterr_text, r, "%s", error);
	feed_close(&feed);
	return r;
}
