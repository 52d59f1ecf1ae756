/* SPDX-License-Identifier: MIT
 * The cache of images: a directory of files that nobody writes to any more, each with a note. */
#include "launcher/image/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/disk/temporary.h"
#include "launcher/image/name.h"

#define NOTE ".json"
#define NOTE_MAX ((size_t)64 * 1024) /* bytes */
#define LOCK_PAUSE 100		     /* ms */
#define BLOCK_SIZE 512		     /* of st_blocks */

int image_cache_open(struct image_cache *ret_cache, char **reterr_text)
{
	OWNED_MEMORY char *home = temporary_home();
	OWNED_MEMORY char *path = text_format("%s/images", home);
	int fd = -1;

	if (home[0] != '/')
		return text_fail(reterr_text, -ENOENT,
			"neither XDG_CACHE_HOME nor HOME says where images are kept");
	fd = own_directory_make(path, geteuid(), NULL, reterr_text);
	if (fd < 0)
		return text_fail(reterr_text, fd,
			"%s; images are kept there, XDG_CACHE_HOME names another place",
			*reterr_text);
	ret_cache->path = path;
	path = NULL;
	ret_cache->fd = fd;
	return 0;
}

void image_cache_close(struct image_cache *cache)
{
	free(cache->path);
	cache->path = NULL;
	cleanup_close(&cache->fd);
}

const char *image_text(const json_t *image, const char *key)
{
	const char *text = json_string_value(json_object_get(image, key));

	return text == NULL ? "" : text;
}

/* A note is the user's own, but it may be of another version. */
static bool is_sound(const struct image_cache *cache, const json_t *image, const char *name)
{
	const char *file = image_text(image, "file"), *format = image_text(image, "format");
	struct stat st = {0};

	return strcmp(image_text(image, "name"), name) == 0 && strchr(file, '/') == NULL &&
	       strncmp(file, name, strlen(name)) == 0 &&
	       (strcmp(format, "raw") == 0 || strcmp(format, "qcow2") == 0 ||
		       strcmp(format, "iso") == 0) &&
	       fstatat(cache->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

json_t *image_cache_read(const struct image_cache *cache, const char *name)
{
	OWNED_MEMORY char *note = text_format("%s" NOTE, name);
	json_t *image = NULL;

	if (!image_name_valid(name) ||
		own_file_json(cache->fd, note, geteuid(), NOTE_MAX, &image, NULL) < 0)
		return NULL;
	if (is_sound(cache, image, name))
		return image;
	json_decref(image);
	return NULL;
}

char *image_path(const struct image_cache *cache, const json_t *image)
{
	return text_format("%s/%s", cache->path, image_text(image, "file"));
}

uint64_t image_disk_size(const struct image_cache *cache, const json_t *image)
{
	struct stat st = {0};

	if (fstatat(cache->fd, image_text(image, "file"), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return (uint64_t)st.st_blocks * BLOCK_SIZE;
}

json_t *image_cache_list(const struct image_cache *cache)
{
	struct dirent **entries = NULL;
	int n = file_names(cache->fd, ".", &entries);
	json_t *all = json_array();

	if (all == NULL)
		abort();
	for (int i = 0; i < n; i++) {
		size_t length = strlen(entries[i]->d_name), end = strlen(NOTE);

		if (length > end && strcmp(entries[i]->d_name + length - end, NOTE) == 0) {
			OWNED_MEMORY char *name =
				text_format("%.*s", (int)(length - end), entries[i]->d_name);
			json_t *image = image_cache_read(cache, name);

			if (image != NULL)
				json_array_append_new(all, image);
		}
		free(entries[i]);
	}
	free(entries);
	return all;
}

/* A lock that whoever had it removed is none. Returns the fd, or -errno. */
static int try_lock(const struct image_cache *cache, const char *file)
{
	OWNED_FD fd = openat(cache->fd, file,
		O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	struct stat st = {0};

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_nlink == 0 ? -EWOULDBLOCK : cleanup_steal_fd(&fd);
}

int image_cache_lock(const struct image_cache *cache, const char *name, int signals, bool quiet,
	char **reterr_text)
{
	OWNED_MEMORY char *file = text_format(".%s.lock", name);
	struct pollfd wait = {.fd = signals, .events = POLLIN};
	bool told = quiet;
	int fd = try_lock(cache, file);

	while (fd == -EWOULDBLOCK) {
		if (!told)
			text_say("another owrun is at image '%s'; waiting for it", name);
		told = true;
		if (poll(&wait, 1, LOCK_PAUSE) > 0)
			return text_fail(reterr_text, -EINTR, "interrupted");
		fd = try_lock(cache, file);
	}
	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot lock '%s/%s': %s", cache->path, file,
			strerror(-fd));
	return fd;
}

void image_cache_unlock(const struct image_cache *cache, const char *name, int *lock)
{
	OWNED_MEMORY char *file = text_format(".%s.lock", name);

	if (*lock >= 0)
		(void)!unlinkat(cache->fd, file, 0);
	cleanup_close(lock);
}

int image_cache_remove(const struct image_cache *cache, const json_t *image)
{
	OWNED_MEMORY char *note = text_format("%s" NOTE, image_text(image, "name"));

	if (unlinkat(cache->fd, note, 0) < 0 ||
		unlinkat(cache->fd, image_text(image, "file"), 0) < 0)
		return -errno;
	return 0;
}
