/* SPDX-License-Identifier: MIT
 * The cache of images: a directory of files that nobody writes to any more, each with a note.
 *
 * Theory of operation: VMs stand on these files, so an image gets its name only when all of it is
 * there and has been checked; what is on the way has a name that begins with a '.'. NAME.json, of
 * base/atomic-file.h, is written last: an image without it is none. The directory is the user's
 * alone (see base/own.h), and all is reached by its fd. Whoever makes or removes an image has its
 * lock. */
#ifndef OWVM_LAUNCHER_IMAGE_CACHE_H
#define OWVM_LAUNCHER_IMAGE_CACHE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct image_cache {
	char *path; /* absolute */
	int fd;
};

#define IMAGE_CACHE_NONE \
	{ \
		.fd = -1 \
	}
#define OWNED_IMAGE_CACHE __attribute__((cleanup(image_cache_close))) struct image_cache

/* Open $XDG_CACHE_HOME/owvm/images or ~/.cache/owvm/images, made where it is missing. Returns 0, or
 * -errno with a sentence: -EPERM where others could change it. */
int image_cache_open(struct image_cache *ret_cache, char **reterr_text);
void image_cache_close(struct image_cache *cache);

/* What is noted of an image: an object with `name`, `file` (its name in the cache), `format`
 * (raw|qcow2|iso), `source`, `sha256` and `verified` (what says that it is genuine; null: nothing).
 * NULL where there is none, or one that makes no sense; the caller gives it back. */
json_t *image_cache_read(const struct image_cache *cache, const char *name);

/* The value of a member that is a text; "" where there is none. Borrowed. */
const char *image_text(const json_t *image, const char *key);

/* The path of an image's file; the caller frees it. */
char *image_path(const struct image_cache *cache, const json_t *image);

/* Bytes that the image takes on the disk. */
uint64_t image_disk_size(const struct image_cache *cache, const json_t *image);

/* All images, an array in the order of their names; the caller gives it back. */
json_t *image_cache_list(const struct image_cache *cache);

/* Lock a name that is valid, alone. `signals`, a signalfd or -1, ends the wait for another owrun,
 * which is told of unless `quiet`. Returns a fd, or -errno with a sentence. */
int image_cache_lock(const struct image_cache *cache, const char *name, int signals, bool quiet,
	char **reterr_text);
/* Closes the fd. */
void image_cache_unlock(const struct image_cache *cache, const char *name, int *lock);

/* Remove an image, whose lock the caller has: first its note. Returns 0 or -errno. */
int image_cache_remove(const struct image_cache *cache, const json_t *image);

#endif
