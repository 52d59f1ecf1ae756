/* SPDX-License-Identifier: MIT
 * VMs that have ended: the end of their logs is kept. */
#include "launcher/home/ended.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/home/ended-private.h"
#include "launcher/home/state-home.h"
#include "launcher/runtime/file.h"
#include "launcher/vm/serial.h"

#define CHUNK 8192 /* bytes */

/* Copy what is at the end of one file to another, which is empty. */
static int copy_end(int from, int to, off_t max)
{
	struct stat st = {0};
	char data[CHUNK];
	off_t left = max;
	ssize_t length = 0;
	int r = fstat(from, &st) < 0 ? -errno : 0;

	if (r == 0 && st.st_size > max)
		lseek(from, st.st_size - max, SEEK_SET);
	while (r == 0 && left > 0) {
		length = read(from, data, left < CHUNK ? (size_t)left : CHUNK);
		if (length <= 0)
			return length < 0 ? -errno : 0;
		r = bytes_write(to, data, (size_t)length);
		left -= length;
	}
	return r;
}

static int keep_log(const struct runtime *runtime, const struct vmdir *place,
	const struct ended_stem *stem, const char *file, off_t max)
{
	OWNED_MEMORY char *name = text_format("%s.%s", stem->text, file);
	OWNED_FD from = runtime_file_open(runtime->directory_fd, file, RUNTIME_LOG_MAX);
	OWNED_FD to = from < 0 ? -1 : vmdir_make_file(place, name);

	/* What is not there is not kept. */
	if (from < 0)
		return 0;
	return to < 0 ? to : copy_end(from, to, max);
}

/* Drop the oldest, of that VM or (NULL) of all, until there are fewer than `max`. */
static void drop_oldest(const struct vmdir *place, const char *name, size_t max)
{
	size_t n = 0, counted = 0;
	OWNED_MEMORY struct ended_stem *stems = ended_list(place->fd, &n);

	for (size_t i = 0; i < n; i++)
		counted += name == NULL || ended_is_of(&stems[i], name) ? 1 : 0;
	for (size_t i = 0; i < n && counted >= max; i++)
		if (name == NULL || ended_is_of(&stems[i], name)) {
			ended_drop(place, &stems[i]);
			counted--;
		}
}

static void name_end(const char *name, struct ended_stem *ret_stem)
{
	struct timespec now = {0};
	struct tm calendar = {0};
	char stamp[ENDED_STAMP_LENGTH + 1] = "";
	OWNED_MEMORY char *text = NULL;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &calendar) == NULL ||
		strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &calendar) == 0)
		memcpy(stamp, "19700101T000000", sizeof("19700101T000000"));
	text = text_format("%s@%s.%03ld", name, stamp, now.tv_nsec / 1000000);
	memcpy(ret_stem->text, text, strlen(text) + 1);
}

static int keep_in(const struct vmdir *place, const struct runtime *runtime, const char *name,
	const struct ended *ended)
{
	json_auto_t *note = ended_to_json(ended);
	struct ended_stem stem = {0};
	OWNED_MEMORY char *file = NULL;
	int r = 0;

	drop_oldest(place, name, ENDED_PER_VM);
	drop_oldest(place, NULL, ENDED_IN_ALL);
	name_end(name, &stem);
	for (size_t i = 0; r == 0 && i < SERIAL_PORTS_MAX; i++)
		r = keep_log(runtime, place, &stem, serial_console(i)->log, ENDED_CONSOLE_MAX);
	if (r == 0)
		r = keep_log(runtime, place, &stem, RUNTIME_QEMU_LOG, ENDED_QEMU_MAX);
	file = text_format("%s.json", stem.text);
	/* Without it the others do not count. */
	if (r == 0)
		r = atomic_file_write(place->fd, file, note);
	if (r < 0)
		ended_drop(place, &stem);
	return r;
}

/* Whoever removes the directory need not do it again. */
static void note_kept(const struct runtime *runtime, const struct ended *ended)
{
	json_auto_t *note = ended_to_json(ended);

	json_object_set_new(note, "kept", json_true());
	(void)!atomic_file_write(runtime->directory_fd, RUNTIME_ENDED, note);
}

int ended_keep(const struct runtime *runtime, const struct ended *ended, char **reterr_text)
{
	OWNED_VMDIR place = VMDIR_NONE;
	OWNED_MEMORY char *error = NULL;
	json_auto_t *noted = ended_read_note(runtime);
	const char *name = strrchr(runtime->directory, '/') + 1;
	struct ended how = {0};
	int r = 0;

	if (json_is_true(json_object_get(noted, "kept")) ||
		!runtime_file_is_there(runtime->directory_fd, RUNTIME_STATE))
		return 0;
	ended_of_json(noted, &how);
	if (ended != NULL)
		how = *ended;
	r = state_home_make(ENDED_PLACE, &place, &error);
	/* Nobody said where. */
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return text_fail(reterr_text, r, "the log of VM '%s' is not kept: %s", name, error);
	r = keep_in(&place, runtime, name, &how);
	if (r < 0)
		return text_fail(reterr_text, r, "the log of VM '%s' is not kept in '%s': %s", name,
			place.path, strerror(-r));
	note_kept(runtime, &how);
	return 0;
}

int ended_clear_away(const struct runtime *runtime, char **reterr_text)
{
	OWNED_FD lock = -1;
	int r = 0;

	ended_await(runtime);
	lock = runtime->lock >= 0 ? -1 : runtime_lock_dead(runtime->directory_fd);
	/* It lives again, or is gone. */
	if (runtime->lock < 0 && lock < 0)
		return 0;
	r = ended_keep(runtime, NULL, reterr_text);
	cleanup_close(&lock);
	if (r == 0)
		runtime_remove(runtime);
	return r;
}
