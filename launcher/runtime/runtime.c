/* SPDX-License-Identifier: MIT
 * The directory of a running VM: where it is, who holds it, how it goes away. */
#include "launcher/runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"

#define CLAIM_TRIES 20
#define CLAIM_PAUSE 20000000 /* ns: somebody may hold the lock just to look or to clean up */

void runtime_close(struct runtime *runtime)
{
	free(runtime->directory);
	runtime->directory = NULL;
	cleanup_close(&runtime->directory_fd);
	cleanup_close(&runtime->lock);
}

char *runtime_file(const struct runtime *runtime, const char *file)
{
	return text_format("%s/%s", runtime->directory, file);
}

/* How many files there are besides the lock, which are removed if `remove` says so. */
static size_t each_file(int directory, bool remove)
{
	struct dirent **entries = NULL;
	int n = file_names(directory, ".", &entries);
	size_t found = 0;

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
			strcmp(name, RUNTIME_LOCK) != 0) {
			found++;
			if (remove)
				unlinkat(directory, name, 0);
		}
		free(entries[i]);
	}
	free(entries);
	return found;
}

static int say_busy(int directory, const char *name, char **reterr_text)
{
	OWNED_MEMORY char *by = NULL;
	struct runtime_holder noted = {0};

	runtime_lock_holder(directory, &noted);
	by = noted.pid > 0 ? text_format(" by pid %d", (int)noted.pid) : text_format("%s", "");
	return text_fail(reterr_text, -EBUSY,
		"name '%s' is in use%s: 'owrun console %s' is the console of that VM, 'owrun stop %s' ends it, '--name' gives this one another",
		name, by, name, name);
}

/* A VM of that name may live in the place that this login does not use. */
static int check_elsewhere(const struct runtime_bases *bases, const char *name, char **reterr_text)
{
	for (size_t i = 1; i < bases->n; i++) {
		OWNED_MEMORY char *path = NULL;
		OWNED_MEMORY char *ignored = NULL;
		OWNED_FD fd = bases->fds[i] < 0
				      ? -1
				      : runtime_entry_open(bases, i, name, false, &path, &ignored);

		if (fd >= 0 && runtime_lock_lives(fd))
			return say_busy(fd, name, reterr_text);
	}
	return 0;
}

/* Make the directory in the first place and lock it. Returns 0 or -errno with a sentence. */
static int claim(const struct runtime_bases *bases, const char *name, struct runtime *runtime,
	char **reterr_text)
{
	int r = -ENOENT;

	/* -ENOENT: just removed by whoever held it. */
	for (int i = 0; i < CLAIM_TRIES && (r == -ENOENT || r == -EWOULDBLOCK); i++) {
		if (r == -EWOULDBLOCK)
			nanosleep(&(struct timespec){.tv_nsec = CLAIM_PAUSE}, NULL);
		runtime_close(runtime);
		runtime->directory_fd =
			runtime_entry_open(bases, 0, name, true, &runtime->directory, reterr_text);
		r = runtime->directory_fd;
		if (r < 0 && r != -ENOENT)
			return r;
		if (r >= 0)
			r = runtime->lock = runtime_lock_dead(runtime->directory_fd);
	}
	if (r == -EWOULDBLOCK)
		return say_busy(runtime->directory_fd, name, reterr_text);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot lock '%s/%s/" RUNTIME_LOCK "': %s",
			bases->paths[0], name, own_phrase(r));
	return 0;
}

/* Make the place for new VMs unless it is there, and open all. */
static int open_places(struct runtime_bases *bases, char **reterr_text)
{
	int r = runtime_place_make(bases->paths[0], bases->uid, reterr_text);

	if (r < 0)
		return r;
	runtime_bases_open(bases);
	if (bases->fds[0] >= 0)
		return 0;
	return text_fail(reterr_text, bases->fds[0], "no directory for runtime files: %s",
		bases->problem == NULL ? strerror(-bases->fds[0]) : bases->problem);
}

int runtime_claim(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text)
{
	OWNED_BASES bases = {0};
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *path = NULL;
	int r = runtime_path(places, name, &path, reterr_text);

	if (r < 0)
		return r;
	runtime_bases_init(places, &bases);
	r = open_places(&bases, reterr_text);
	if (r == 0)
		r = check_elsewhere(&bases, name, reterr_text);
	if (r == 0)
		r = claim(&bases, name, &runtime, reterr_text);
	if (r < 0)
		return r;
	runtime_holder_of(getpid(), NULL, &runtime.holder);
	/* What has no room for that can be removed nevertheless. */
	(void)!runtime_note(runtime.directory_fd, RUNTIME_LOCK, &runtime.holder);
	*ret_runtime = runtime;
	runtime = (struct runtime)RUNTIME_NONE;
	return 0;
}

void runtime_clear(const struct runtime *runtime)
{
	(void)each_file(runtime->directory_fd, true);
}

/* Remove the lock and the directory, which has nothing else. */
static void remove_directory(const struct runtime *runtime)
{
	OWNED_FD above = openat(runtime->directory_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (unlinkat(runtime->directory_fd, RUNTIME_LOCK, 0) == 0 && above >= 0)
		unlinkat(above, strrchr(runtime->directory, '/') + 1, AT_REMOVEDIR);
}

void runtime_release(struct runtime *runtime)
{
	if (each_file(runtime->directory_fd, false) == 0)
		remove_directory(runtime);
	cleanup_close(&runtime->lock);
}

bool runtime_alive(const struct runtime *runtime)
{
	return runtime_lock_lives(runtime->directory_fd);
}

void runtime_remove(const struct runtime *runtime)
{
	/* Ours already when it was claimed and nothing was started. */
	OWNED_FD lock = runtime->lock >= 0 ? -1 : runtime_lock_dead(runtime->directory_fd);

	if (runtime->lock < 0 && lock < 0)
		return;
	(void)each_file(runtime->directory_fd, true);
	remove_directory(runtime);
}
