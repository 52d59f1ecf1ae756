/* SPDX-License-Identifier: MIT
 * The directory of a running VM: where it is, who holds it, how it goes away. */
#include "launcher/runtime/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/vm/vm.h"

#define CLAIM_TRIES 20
#define CLAIM_PAUSE 20000000 /* ns: somebody may hold the lock just to look or to clean up */

void runtime_close(struct runtime *runtime)
{
	free(runtime->directory);
	runtime->directory = NULL;
	cleanup_close(&runtime->lock);
}

char *runtime_file(const struct runtime *runtime, const char *file)
{
	return text_format("%s/%s", runtime->directory, file);
}

/* Remove all files but the lock. */
static void empty(const char *directory)
{
	DIR *stream = opendir(directory);

	for (struct dirent *entry = NULL; stream != NULL && (entry = readdir(stream)) != NULL;)
		if (strcmp(entry->d_name, RUNTIME_LOCK) != 0)
			unlinkat(dirfd(stream), entry->d_name, 0);
	if (stream != NULL)
		closedir(stream);
}

static int say_busy(const char *directory, const char *name, char **reterr_text)
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
		OWNED_MEMORY char *directory = text_format("%s/%s", bases->paths[i], name);

		if (bases->believed[i] && runtime_lock_lives(directory))
			return say_busy(directory, name, reterr_text);
	}
	return 0;
}

static int claim(const char *directory, uid_t uid, char **reterr_text)
{
	int fd = -ENOENT;

	/* -ENOENT: just removed by whoever held it. */
	for (int i = 0; i < CLAIM_TRIES && (fd == -ENOENT || fd == -EWOULDBLOCK); i++) {
		int r = 0;

		if (fd == -EWOULDBLOCK)
			nanosleep(&(struct timespec){.tv_nsec = CLAIM_PAUSE}, NULL);
		r = runtime_place_make(directory, uid, reterr_text);
		if (r < 0 && r != -ENOENT)
			return r;
		fd = runtime_lock_dead(directory);
	}
	if (fd < 0 && fd != -EWOULDBLOCK)
		return text_fail(reterr_text, fd, "cannot lock '%s/" RUNTIME_LOCK "': %s",
			directory, strerror(-fd));
	return fd;
}

int runtime_claim(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text)
{
	OWNED_BASES bases = {0};
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	int r = runtime_path(places, name, &runtime.directory, reterr_text);

	if (r < 0)
		return r;
	runtime_bases_init(places, &bases);
	runtime_bases_judge(&bases, places->uid);
	r = runtime_place_make(bases.paths[0], places->uid, reterr_text);
	if (r == 0)
		r = check_elsewhere(&bases, name, reterr_text);
	if (r < 0)
		return r;
	runtime.lock = claim(runtime.directory, places->uid, reterr_text);
	if (runtime.lock == -EWOULDBLOCK)
		return say_busy(runtime.directory, name, reterr_text);
	if (runtime.lock < 0)
		return runtime.lock;
	runtime_note_pid(runtime.directory, getpid());
	*ret_runtime = runtime;
	runtime = (struct runtime)RUNTIME_NONE;
	return 0;
}

void runtime_clear(const struct runtime *runtime)
{
	empty(runtime->directory);
}

/* Remove the lock and the directory, unless there are other files. */
static void remove_empty(const char *directory)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	struct dirent **entries = NULL;
	int n = scandir(directory, &entries, NULL, NULL);

	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	/* ".", ".." and the lock. */
	if (n == 3 && unlink(path) == 0)
		rmdir(directory);
}

void runtime_release(struct runtime *runtime)
{
	remove_empty(runtime->directory);
	cleanup_close(&runtime->lock);
}

/* Find the VM's directory among the places: a living VM's, or one that is just there. */
static bool search(const struct runtime_bases *bases, const char *name, bool alive,
	struct runtime *ret_runtime)
{
	for (size_t i = 0; vm_name_valid(name) && i < bases->n; i++) {
		OWNED_RUNTIME runtime = RUNTIME_NONE;

		if (!bases->believed[i])
			continue;
		runtime.directory = text_format("%s/%s", bases->paths[i], name);
		if (alive ? !runtime_lock_lives(runtime.directory)
			  : access(runtime.directory, F_OK) < 0)
			continue;
		runtime_lock_holder(runtime.directory, &runtime.holder);
		*ret_runtime = runtime;
		runtime = (struct runtime)RUNTIME_NONE;
		return true;
	}
	return false;
}

static int say_none(const struct runtime_bases *bases, const char *name, char **reterr_text)
{
	if (bases->problem != NULL)
		return text_fail(reterr_text, -ESRCH,
			"no VM '%s' is running; %s, so that it is left out", name, bases->problem);
	return text_fail(reterr_text, -ESRCH,
		"no VM '%s' is running; 'owrun ls' shows those that are", name);
}

int runtime_find_any(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text)
{
	OWNED_BASES bases = {0};

	runtime_bases_init(places, &bases);
	runtime_bases_judge(&bases, places->uid);
	if (search(&bases, name, true, ret_runtime) || search(&bases, name, false, ret_runtime))
		return 0;
	return say_none(&bases, name, reterr_text);
}

int runtime_find(const struct runtime_places *places, const char *name, struct runtime *ret_runtime,
	char **reterr_text)
{
	OWNED_BASES bases = {0};
	OWNED_RUNTIME ended = RUNTIME_NONE;

	runtime_bases_init(places, &bases);
	runtime_bases_judge(&bases, places->uid);
	if (search(&bases, name, true, ret_runtime))
		return 0;
	if (search(&bases, name, false, &ended))
		return text_fail(reterr_text, -ESRCH,
			"VM '%s' has ended; 'owrun log %s' shows what it said last", name, name);
	return say_none(&bases, name, reterr_text);
}

bool runtime_alive(const struct runtime *runtime)
{
	return runtime_lock_lives(runtime->directory);
}

void runtime_remove(const struct runtime *runtime)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_LOCK);
	/* Ours already when it was claimed and nothing was started. */
	OWNED_FD lock = runtime->lock >= 0 ? -1 : runtime_lock_dead(runtime->directory);

	if (runtime->lock < 0 && lock < 0)
		return;
	empty(runtime->directory);
	unlink(path);
	rmdir(runtime->directory);
}

static void visit_one(const char *base, const char *name, runtime_visitor *visit, void *context)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;

	runtime.directory = text_format("%s/%s", base, name);
	runtime_lock_holder(runtime.directory, &runtime.holder);
	visit(name, &runtime, runtime_alive(&runtime), context);
}

void runtime_each(const struct runtime_places *places, runtime_visitor *visit, void *context)
{
	OWNED_BASES bases = {0};

	runtime_bases_init(places, &bases);
	runtime_bases_judge(&bases, places->uid);
	if (bases.problem != NULL)
		text_say("%s, so that it is left out", bases.problem);
	for (size_t i = 0; i < bases.n; i++) {
		struct dirent **entries = NULL;
		int n = bases.believed[i] ? file_names(AT_FDCWD, bases.paths[i], &entries) : 0;

		for (int j = 0; j < n; j++) {
			if (vm_name_valid(entries[j]->d_name))
				visit_one(bases.paths[i], entries[j]->d_name, visit, context);
			free(entries[j]);
		}
		free(entries);
	}
}
