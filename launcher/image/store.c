/* SPDX-License-Identifier: MIT
 * The store of images: a directory of files that nobody writes to any more, each with a note. */
#include "launcher/image/store.h"

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
#include "launcher/home/vmdir.h"
#include "launcher/image/name.h"

#define DIRECTORY ".images" /* where VMs are kept */
#define NOTE ".json"
#define NOTE_MAX ((size_t)64 * 1024) /* bytes */
#define LOCK_PAUSE 100		     /* ms */
#define BLOCK_SIZE 512		     /* of st_blocks */

int image_store_open(struct image_store *ret_store, char **reterr_text)
{
	OWNED_MEMORY char *path = vmdir_of_name(DIRECTORY);
	int fd = -1;

	if (path == NULL)
		return text_fail(reterr_text, -ENOENT,
			"neither XDG_DATA_HOME nor HOME says where images are kept");
	fd = own_directory_make(path, geteuid(), NULL, reterr_text);
	if (fd < 0)
		return text_fail(reterr_text, fd,
			"%s; images are kept there, XDG_DATA_HOME names another place",
			*reterr_text);
	ret_store->path = path;
	path = NULL;
	ret_store->fd = fd;
	return 0;
}

void image_store_close(struct image_store *store)
{
	free(store->path);
	store->path = NULL;
	cleanup_close(&store->fd);
}

const char *image_text(const json_t *image, const char *key)
{
	const char *text = json_string_value(json_object_get(image, key));

	return text == NULL ? "" : text;
}

static bool is_format(const char *text)
{
	static const char *const formats[] = {"raw", "qcow2", "iso", "kernel", "tar"};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(text, formats[i]) == 0)
			return true;
	return false;
}

/* A note is the user's own, but it may be of another version. */
static bool is_sound(const struct image_store *store, const json_t *image, const char *name)
{
	const char *file = image_text(image, "file"), *format = image_text(image, "format");
	struct stat st = {0};

	return strcmp(image_text(image, "name"), name) == 0 && strchr(file, '/') == NULL &&
	       strncmp(file, name, strlen(name)) == 0 && is_format(format) &&
	       fstatat(store->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

json_t *image_store_read(const struct image_store *store, const char *name)
{
	OWNED_MEMORY char *note = text_format("%s" NOTE, name);
	json_t *image = NULL;

	if (!image_name_valid(name) ||
		own_file_json(store->fd, note, geteuid(), NOTE_MAX, &image, NULL) < 0)
		return NULL;
	if (is_sound(store, image, name))
		return image;
	json_decref(image);
	return NULL;
}

bool image_is_disk(const json_t *image)
{
	const char *format = image_text(image, "format");

	return strcmp(format, "kernel") != 0 && strcmp(format, "tar") != 0;
}

char *image_path(const struct image_store *store, const json_t *image)
{
	return text_format("%s/%s", store->path, image_text(image, "file"));
}

uint64_t image_disk_size(const struct image_store *store, const json_t *image)
{
	struct stat st = {0};

	if (fstatat(store->fd, image_text(image, "file"), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return (uint64_t)st.st_blocks * BLOCK_SIZE;
}

json_t *image_store_list(const struct image_store *store)
{
	struct dirent **entries = NULL;
	int n = file_names(store->fd, ".", &entries);
	json_t *all = json_array();

	if (all == NULL)
		abort();
	for (int i = 0; i < n; i++) {
		size_t length = strlen(entries[i]->d_name), end = strlen(NOTE);

		if (length > end && strcmp(entries[i]->d_name + length - end, NOTE) == 0) {
			OWNED_MEMORY char *name =
				text_format("%.*s", (int)(length - end), entries[i]->d_name);
			json_t *image = image_store_read(store, name);

			if (image != NULL)
				json_array_append_new(all, image);
		}
		free(entries[i]);
	}
	free(entries);
	return all;
}

/* A lock that whoever had it removed is none. Returns the fd, or -errno. */
static int try_lock(const struct image_store *store, const char *file)
{
	OWNED_FD fd = openat(store->fd, file,
		O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	struct stat st = {0};

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_nlink == 0 ? -EWOULDBLOCK : cleanup_steal_fd(&fd);
}

int image_store_lock(const struct image_store *store, const char *name, int signals, bool quiet,
	char **reterr_text)
{
	OWNED_MEMORY char *file = text_format(".%s.lock", name);
	struct pollfd wait = {.fd = signals, .events = POLLIN};
	bool told = quiet;
	int fd = try_lock(store, file);

	while (fd == -EWOULDBLOCK) {
		if (!told)
			text_say("another owrun is at image '%s'; waiting for it", name);
		told = true;
		if (poll(&wait, 1, LOCK_PAUSE) > 0)
			return text_fail(reterr_text, -EINTR, "interrupted");
		fd = try_lock(store, file);
	}
	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot lock '%s/%s': %s", store->path, file,
			strerror(-fd));
	return fd;
}

void image_store_unlock(const struct image_store *store, const char *name, int *lock)
{
	OWNED_MEMORY char *file = text_format(".%s.lock", name);

	if (*lock >= 0)
		(void)!unlinkat(store->fd, file, 0);
	cleanup_close(lock);
}

int image_store_remove(const struct image_store *store, const json_t *image)
{
	OWNED_MEMORY char *note = text_format("%s" NOTE, image_text(image, "name"));

	if (unlinkat(store->fd, note, 0) < 0 ||
		unlinkat(store->fd, image_text(image, "file"), 0) < 0)
		return -errno;
	return 0;
}

/* The name of the image that a pull was about, by a file that it works with; NULL: it is none. The
 * caller frees it. */
static char *name_of_part(const char *file)
{
	static const char *const ends[] = {".part", ".part.json", ".qcow2.new", ".new"};
	size_t length = strlen(file);

	for (size_t i = 0; file[0] == '.' && i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (length > end + 1 && strcmp(file + length - end, ends[i]) == 0)
			return text_format("%.*s", (int)(length - end - 1), file + 1);
	}
	return NULL;
}

static void remove_part(const struct image_store *store, const char *file, const char *name,
	void (*told)(const char *name, uint64_t bytes))
{
	OWNED_MEMORY char *lock_file = text_format(".%s.lock", name);
	/* A note goes without a word. */
	bool note = strcmp(file + strlen(file) - strlen(NOTE), NOTE) == 0;
	struct stat st = {0};
	int lock = try_lock(store, lock_file);

	if (lock < 0)
		return;
	if (fstatat(store->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		unlinkat(store->fd, file, 0) == 0 && !note)
		told(name, (uint64_t)st.st_blocks * BLOCK_SIZE);
	image_store_unlock(store, name, &lock);
}

void image_store_remove_parts(
	const struct image_store *store, void (*told)(const char *name, uint64_t bytes))
{
	struct dirent **entries = NULL;
	int n = file_names(store->fd, ".", &entries);

	for (int i = 0; i < n; i++) {
		OWNED_MEMORY char *name = name_of_part(entries[i]->d_name);

		if (name != NULL && image_name_valid(name))
			remove_part(store, entries[i]->d_name, name, told);
		free(entries[i]);
	}
	free(entries);
}
