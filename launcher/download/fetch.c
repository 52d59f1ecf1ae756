/* SPDX-License-Identifier: MIT
 * Downloading an image into a feed: again after what was cut, and on from where it was. */
#include "launcher/download/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/download/download.h"
#include "launcher/download/progress.h"

#define TRIES 4		   /* without much between them */
#define MUCH (1024 * 1024) /* bytes */
#define FIRST_PAUSE 500	   /* ms; each is twice the one before */
#define NOTE_MAX 65536	   /* bytes */
#define RESTARTS_MAX 3	   /* a server that tells another length each time */

/* While it runs. */
struct state {
	const struct fetch *fetch;
	struct feed *feed;
	char *part; /* names in the store */
	char *note;
	char *validator; /* of what is kept; NULL: none */
	uint64_t kept;	 /* bytes that can be gone on from */
	uint64_t total;
	bool resumed;
	bool moved; /* something came in since the last try began */
	struct progress progress;
};

static void name_files(const char *name, char **ret_part, char **ret_note)
{
	*ret_part = text_format(".%s.part", name);
	*ret_note = text_format(".%s.part.json", name);
}

/* What an earlier owrun kept counts when it was of this URL, and can be told from another file. */
static void recall(struct state *state)
{
	const struct fetch *fetch = state->fetch;
	json_auto_t *note = NULL;
	struct stat st = {0};

	if (own_file_json(fetch->store->fd, state->note, geteuid(), NOTE_MAX, &note, NULL) < 0 ||
		strcmp(image_text(note, "url"), fetch->url) != 0 ||
		fstat(state->feed->part, &st) < 0 || st.st_size <= 0)
		return;
	if (image_text(note, "validator")[0] != '\0')
		state->validator = text_format("%s", image_text(note, "validator"));
	if (state->validator != NULL || fetch->hashed)
		state->kept = (uint64_t)st.st_size;
}

static int remember(struct state *state, const char *validator, char **reterr_text)
{
	const struct fetch *fetch = state->fetch;
	json_auto_t *note = json_pack("{s:s, s:s?}", "url", fetch->url, "validator", validator);
	int r = note == NULL ? -EINVAL : atomic_file_write(fetch->store->fd, state->note, note);

	if (r < 0)
		return text_fail(reterr_text, r, "cannot write '%s/%s': %s", fetch->store->path,
			state->note, strerror(-r));
	free(state->validator);
	state->validator = validator == NULL ? NULL : text_format("%s", validator);
	return 0;
}

static int begin(
	void *context, uint64_t offset, uint64_t total, const char *validator, char **reterr_text)
{
	struct state *state = context;
	int r = 0;

	/* What runs has it all already. */
	if (offset > 0 && offset == state->feed->fed && state->feed->unpack.worker.pid > 0)
		r = 0;
	else
		r = feed_start(state->feed, offset, reterr_text);
	state->resumed = offset > 0;
	state->total = total;
	if (r == 0 && offset == 0)
		r = remember(state, validator, reterr_text);
	if (offset == 0)
		progress_start(&state->progress, state->fetch->name, state->fetch->quiet, offset);
	return r;
}

static int take(void *context, const void *data, size_t size, char **reterr_text)
{
	struct state *state = context;

	state->moved = true;
	return feed_give(state->feed, data, size, reterr_text);
}

static void show(void *context)
{
	struct state *state = context;

	if (state->feed->unpack.worker.pid > 0)
		progress_show(&state->progress, state->feed->fed, state->total);
}

static int try(struct state *state, char **reterr_text)
{
	const struct fetch *fetch = state->fetch;
	struct download download = {
		.url = fetch->url,
		.offset = state->kept,
		.validator = state->validator,
		.timeout = fetch->timeout,
		.signals = fetch->signals,
		.begin = begin,
		.take = take,
		.idle = show,
		.context = state,
	};
	int r = 0;

	state->moved = false;
	progress_start(&state->progress, fetch->name, fetch->quiet, state->kept);
	r = download_run(&download, reterr_text);
	progress_clear(&state->progress);
	/* Without a word about its identity another answer may be of another file. */
	if (state->moved)
		state->kept = state->validator != NULL || fetch->hashed ? state->feed->fed : 0;
	return r;
}

/* Returns 0, or -EINTR with a sentence. */
static int pause_for(const struct state *state, int milliseconds, char **reterr_text)
{
	struct pollfd wait = {.fd = state->fetch->signals, .events = POLLIN};

	return poll(&wait, 1, milliseconds) > 0 ? text_fail(reterr_text, -EINTR, "interrupted") : 0;
}

static int try_on(struct state *state, char **reterr_text)
{
	int left = TRIES - 1, restarts = 0, pause = FIRST_PAUSE, r = 0;

	while (true) {
		uint64_t before = state->kept;

		r = try(state, reterr_text);
		if (r == 0)
			break;
		if (r == -ERANGE && state->kept > 0 && restarts++ < RESTARTS_MAX) {
			state->kept = 0;
			continue;
		}
		if (state->kept > before + MUCH) {
			left = TRIES - 1;
			pause = FIRST_PAUSE;
		}
		if (r != -EAGAIN || left-- == 0)
			break;
		if (!state->fetch->quiet)
			text_say("%s; trying again", *reterr_text);
		r = pause_for(state, pause, reterr_text);
		if (r < 0)
			break;
		pause *= 2;
	}
	return r;
}

static bool worth_keeping(const struct state *state, int r)
{
	return (r == -EAGAIN || r == -EINTR) && state->kept > 0;
}

/* Also a part that an owrun which was killed has left is no obstacle. */
static int open_part(struct state *state, char **reterr_text)
{
	const struct image_store *store = state->fetch->store;

	state->feed->part = openat(store->fd, state->part,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (state->feed->part < 0)
		return text_fail(reterr_text, -errno, "cannot write '%s/%s': %s", store->path,
			state->part, strerror(errno));
	recall(state);
	return 0;
}

int fetch_run(const struct fetch *fetch, struct feed *feed, bool *ret_resumed, char **reterr_text)
{
	struct state state = {.fetch = fetch, .feed = feed};
	int r = 0;

	name_files(fetch->name, &state.part, &state.note);
	r = open_part(&state, reterr_text);
	if (r == 0)
		r = try_on(&state, reterr_text);
	if (r < 0 && worth_keeping(&state, r))
		text_fail(reterr_text, r, "%s; the same command goes on from there", *reterr_text);
	else if (r < 0)
		fetch_forget(fetch->store, fetch->name);
	*ret_resumed = state.resumed;
	free(state.part);
	free(state.note);
	free(state.validator);
	return r;
}

void fetch_forget(const struct image_store *store, const char *name)
{
	OWNED_MEMORY char *part = NULL;
	OWNED_MEMORY char *note = NULL;

	name_files(name, &part, &note);
	(void)!unlinkat(store->fd, note, 0);
	(void)!unlinkat(store->fd, part, 0);
}
