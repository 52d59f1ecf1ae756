/* SPDX-License-Identifier: MIT
 * The directory of a running VM: where it is, who holds it, how it goes away. */
#include "launcher/runtime.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/runtime-place.h"
#include "launcher/text.h"
#include "launcher/vmdir.h"

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

/* The pid in the lock file; 0 when there is none (yet). */
static pid_t read_pid(int lock)
{
	char text[16] = {0};
	ssize_t length = pread(lock, text, sizeof(text), 0);
	uint32_t pid = 0;

	if (length <= 0 || !number_parse(text, (size_t)length, INT32_MAX, &pid))
		return 0;
	return (pid_t)pid;
}

static bool same_file(int fd, const char *path)
{
	struct stat opened = {0}, named = {0};

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

int runtime_note_pid(const struct runtime *runtime, pid_t pid)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_LOCK);
	OWNED_FD fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[16] = {0};
	int length = snprintf(text, sizeof(text), "%d", (int)pid);

	assert(length > 0 && (size_t)length < sizeof(text));
	if (fd < 0 || ftruncate(fd, 0) < 0 || write(fd, text, (size_t)length) != length)
		return -EIO;
	return 0;
}

/* Lock the VM's directory. QEMU inherits the fd, so that it cannot write the pid. Returns the fd,
 * -EWOULDBLOCK when somebody else has it, -ENOENT when the directory went away meanwhile, or another
 * -errno. */
static int lock_directory(const char *directory, int flags, int operation)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR);

	if (fd < 0)
		return -errno;
	if (flock(fd, operation | LOCK_NB) < 0)
		return -errno;
	if (!same_file(fd, path))
		return -ENOENT;
	return cleanup_steal_fd(&fd);
}

static pid_t holder(const char *directory)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? 0 : read_pid(fd);
}

static bool locked(const char *directory)
{
	OWNED_FD fd = lock_directory(directory, 0, LOCK_SH);

	return fd == -EWOULDBLOCK;
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
	pid_t pid = holder(directory);

	by = pid > 0 ? text_format(" by pid %d", (int)pid) : text_format("%s", "");
	return text_fail(reterr_text, -EBUSY,
		"name '%s' is in use%s: 'owrun stop %s' ends that VM, '--name' gives this one another",
		name, by, name);
}

/* A VM of that name may live in the place that this login does not use. */
static int check_elsewhere(const struct runtime_bases *bases, const char *name, char **reterr_text)
{
	for (size_t i = 1; i < bases->n; i++) {
		OWNED_MEMORY char *directory = text_format("%s/%s", bases->paths[i], name);

		if (locked(directory))
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
		fd = lock_directory(directory, O_CREAT, LOCK_EX);
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
	runtime_note_pid(&runtime, getpid());
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
static bool search(const struct runtime_places *places, const char *name, bool alive,
	struct runtime *ret_runtime)
{
	OWNED_BASES bases = {0};

	runtime_bases_init(places, &bases);
	for (size_t i = 0; vm_name_valid(name) && i < bases.n; i++) {
		OWNED_RUNTIME runtime = RUNTIME_NONE;

		runtime.directory = text_format("%s/%s", bases.paths[i], name);
		if (alive ? !locked(runtime.directory) : access(runtime.directory, F_OK) < 0)
			continue;
		runtime.pid = holder(runtime.directory);
		*ret_runtime = runtime;
		runtime = (struct runtime)RUNTIME_NONE;
		return true;
	}
	return false;
}

int runtime_find_any(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text)
{
	if (search(places, name, true, ret_runtime) || search(places, name, false, ret_runtime))
		return 0;
	return text_fail(reterr_text, -ESRCH,
		"no VM '%s' is running; 'owrun ls' shows those that are", name);
}

int runtime_find(const struct runtime_places *places, const char *name, struct runtime *ret_runtime,
	char **reterr_text)
{
	/* One that has ended is removed on the way, in each place, and then there is none. */
	for (size_t i = 0; i <= RUNTIME_BASES_MAX; i++) {
		int r = runtime_find_any(places, name, ret_runtime, reterr_text);

		if (r < 0 || runtime_alive(ret_runtime))
			return r;
		runtime_remove(ret_runtime);
		runtime_close(ret_runtime);
	}
	return text_fail(reterr_text, -EBUSY,
		"what VM '%s' left cannot be removed; look into its directory", name);
}

bool runtime_alive(const struct runtime *runtime)
{
	return locked(runtime->directory);
}

void runtime_remove(const struct runtime *runtime)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_LOCK);
	/* Ours already when it was claimed and nothing was started. */
	OWNED_FD lock =
		runtime->lock >= 0 ? -1 : lock_directory(runtime->directory, O_CREAT, LOCK_EX);

	if (runtime->lock < 0 && lock < 0)
		return;
	empty(runtime->directory);
	unlink(path);
	rmdir(runtime->directory);
}

void runtime_each(const struct runtime_places *places,
	void (*visit)(const char *name, const struct runtime *runtime, bool alive, void *context),
	void *context)
{
	OWNED_BASES bases = {0};

	runtime_bases_init(places, &bases);
	for (size_t i = 0; i < bases.n; i++) {
		struct dirent **entries = NULL;
		int n = vmdir_names(bases.paths[i], &entries);

		for (int j = 0; j < n; j++) {
			OWNED_RUNTIME runtime = RUNTIME_NONE;

			runtime.directory =
				text_format("%s/%s", bases.paths[i], entries[j]->d_name);
			runtime.pid = holder(runtime.directory);
			visit(entries[j]->d_name, &runtime, runtime_alive(&runtime), context);
			free(entries[j]);
		}
		free(entries);
	}
}
