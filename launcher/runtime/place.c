/* SPDX-License-Identifier: MIT
 * The parents of the VMs' runtime directories, and whether they can be trusted.
 *
 * $XDG_RUNTIME_DIR may be missing (cron, a container) or be somebody else's (su keeps it): then a
 * directory in /tmp takes its place, where any user may have made that name before. */
#include "launcher/runtime/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/vm/runtime-files.h"

void runtime_places_init(struct runtime_places *ret_places)
{
	*ret_places = (struct runtime_places){
		.xdg = getenv("XDG_RUNTIME_DIR"),
		.fallback = "/tmp",
		.logins = "/run/user",
		.uid = geteuid(),
	};
}

/* Is it the user's own, and nobody else can write there? */
static bool usable(const char *path, uid_t uid)
{
	struct stat st = {0};

	return path != NULL && path[0] == '/' && lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == uid && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* A VM of a login that has $XDG_RUNTIME_DIR is found by one that has none (su, cron), too. */
static void add_login(const struct runtime_places *places, struct runtime_bases *bases)
{
	OWNED_MEMORY char *path = NULL;

	if (places->logins == NULL)
		return;
	path = text_format("%s/%u", places->logins, (unsigned int)places->uid);
	if (usable(path, places->uid) &&
		!(usable(places->xdg, places->uid) && file_same(path, places->xdg)))
		bases->paths[bases->n++] = text_format("%s/owvm", path);
}

/* Anybody can have made the one in /tmp before: the login's serves in its place. */
static void pass_over_strangers(const struct runtime_places *places, struct runtime_bases *bases)
{
	struct stat st = {0};
	char *first = bases->paths[0];

	if (usable(places->xdg, places->uid) || bases->n < 2 || lstat(first, &st) < 0 ||
		usable(first, places->uid))
		return;
	bases->paths[0] = bases->paths[1];
	bases->paths[1] = first;
}

void runtime_bases_init(const struct runtime_places *places, struct runtime_bases *ret_bases)
{
	struct runtime_bases bases = {.uid = places->uid};

	if (usable(places->xdg, places->uid))
		bases.paths[bases.n++] = text_format("%s/owvm", places->xdg);
	bases.paths[bases.n++] =
		text_format("%s/owvm-%u", places->fallback, (unsigned int)places->uid);
	add_login(places, &bases);
	pass_over_strangers(places, &bases);
	for (size_t i = 0; i < bases.n; i++)
		bases.fds[i] = -1;
	*ret_bases = bases;
}

/* Say why a directory cannot be opened, and whose it is. */
static int say_unopened(
	int above, const char *name, const char *path, int error, char **reterr_text)
{
	OWNED_MEMORY char *words = NULL;
	struct stat st = {0};

	if (fstatat(above, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return text_fail(
			reterr_text, error, "cannot open '%s': %s", path, strerror(-error));
	words = own_words(&st);
	if (!S_ISDIR(st.st_mode))
		return text_fail(reterr_text, error, "'%s' is no directory %s", path, words);
	return text_fail(
		reterr_text, error, "'%s' %s cannot be opened: %s", path, words, strerror(-error));
}

/* Open a directory in one that is open. Returns the fd, or -errno: -ENOENT, else with a sentence
 * that names the owner. */
static int open_below(int above, const char *name, const char *path, uid_t uid, char **reterr_text)
{
	OWNED_FD fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	if (r == -ENOENT)
		return r;
	if (r < 0)
		return say_unopened(above, name, path, r, reterr_text);
	r = own_directory_check(fd, path, uid, OWN_ENTERED, reterr_text);
	return r < 0 ? r : cleanup_steal_fd(&fd);
}

/* Each step of the way is judged, too: QEMU goes along it again. */
static int open_base(const char *path, uid_t uid, char **reterr_text)
{
	const char *name = strrchr(path, '/') + 1;
	OWNED_MEMORY char *parent = text_format("%.*s", (int)(name - path), path);
	OWNED_MEMORY char *phrase = NULL;
	OWNED_FD above = own_path_open(AT_FDCWD, parent, uid, O_PATH | O_DIRECTORY, &phrase);

	if (above < 0)
		return text_fail(reterr_text, above, "cannot look at '%s': %s", path, phrase);
	return open_below(above, name, path, uid, reterr_text);
}

void runtime_bases_open(struct runtime_bases *bases)
{
	for (size_t i = 0; i < bases->n; i++) {
		OWNED_MEMORY char *sentence = NULL;

		bases->fds[i] = open_base(bases->paths[i], bases->uid, &sentence);
		if (i == 0 && bases->fds[i] < 0 && bases->fds[i] != -ENOENT)
			bases->problem = text_format("%s", sentence);
	}
}

void runtime_bases_free(struct runtime_bases *bases)
{
	for (size_t i = 0; i < bases->n; i++) {
		free(bases->paths[i]);
		cleanup_close(&bases->fds[i]);
	}
	free(bases->problem);
	*bases = (struct runtime_bases){0};
}

static int say_unmade(const char *path, char **reterr_text)
{
	return text_fail(reterr_text, -errno,
		"no directory for runtime files: cannot make '%s': %s; set XDG_RUNTIME_DIR to a directory of yours",
		path, strerror(errno));
}

int runtime_entry_open(const struct runtime_bases *bases, size_t i, const char *name, bool make,
	char **ret_path, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/%s", bases->paths[i], name);
	int fd = -1;

	if (make && mkdirat(bases->fds[i], name, S_IRWXU) < 0 && errno != EEXIST)
		return say_unmade(path, reterr_text);
	fd = open_below(bases->fds[i], name, path, bases->uid, reterr_text);
	if (fd >= 0) {
		*ret_path = path;
		path = NULL;
	}
	return fd;
}

int runtime_place_check(const char *path, uid_t uid, char **reterr_text)
{
	OWNED_MEMORY char *words = NULL;
	struct stat st = {0};

	if (lstat(path, &st) < 0)
		return text_fail(
			reterr_text, -errno, "cannot look at '%s': %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return text_fail(reterr_text, -ENOTDIR,
			"'%s' is not a directory; remove it, or set XDG_RUNTIME_DIR to a directory of yours",
			path);
	if (st.st_uid == uid && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	words = own_words(&st);
	return text_fail(reterr_text, -EPERM,
		"'%s' is not for you alone %s; %sset XDG_RUNTIME_DIR to a directory of yours", path,
		words, st.st_uid == uid ? "remove it, or " : "");
}

int runtime_place_make(const char *path, uid_t uid, char **reterr_text)
{
	if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST)
		return say_unmade(path, reterr_text);
	return runtime_place_check(path, uid, reterr_text);
}

static int check_length(const char *directory, char **reterr_text)
{
	const size_t max = sizeof(((struct sockaddr_un *)0)->sun_path);

	if (strlen(directory) + strlen("/" RUNTIME_MONITOR) < max)
		return 0;
	return text_fail(reterr_text, -ENAMETOOLONG,
		"sockets in '%s' would have paths of more than %zu bytes; give a shorter '--name' or set XDG_RUNTIME_DIR to a shorter path",
		directory, max - 1);
}

int runtime_path(const struct runtime_places *places, const char *name, char **ret_directory,
	char **reterr_text)
{
	OWNED_BASES bases = {0};
	OWNED_MEMORY char *directory = NULL;
	int r = 0;

	runtime_bases_init(places, &bases);
	directory = text_format("%s/%s", bases.paths[0], name);
	r = check_length(directory, reterr_text);
	if (r < 0)
		return r;
	*ret_directory = directory;
	directory = NULL;
	return 0;
}
