/* SPDX-License-Identifier: MIT
 * The store of images: a directory of files that nobody writes to any more, each with a note.
 *
 * It is where VMs are kept, as ".images", which is no name of a VM: who removes all of ~/.cache, as
 * anybody may, must lose no VM that stands on an image.
 *
 * Theory of operation: VMs stand on these files, so an image gets its name only when all of it is
 * there and has been checked; what is on the way has a name that begins with a '.'. NAME.json, of
 * base/atomic-file.h, is written last: an image without it is none. The directory is the user's
 * alone (see base/own.h), and all is reached by its fd. Whoever makes or removes an image has its
 * lock. */
#ifndef OWVM_LAUNCHER_IMAGE_STORE_H
#define OWVM_LAUNCHER_IMAGE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct image_store {
	char *path; /* absolute */
	int fd;
};

#define IMAGE_STORE_NONE \
	{ \
		.fd = -1 \
	}
#define OWNED_IMAGE_STORE __attribute__((cleanup(image_store_close))) struct image_store

/* Open it, made where it is missing. Returns 0, or -errno with a sentence: -EPERM where others
 * could change it. */
int image_store_open(struct image_store *ret_store, char **reterr_text);
void image_store_close(struct image_store *store);

/* What is noted of an image: an object with `name`, `file` (its name in the store), `format` (raw,
 * qcow2, iso, kernel, tar), `source`, `sha256` and `verified` (what says that it is genuine; null:
 * nothing). NULL where there is none, or one that makes no sense; the caller gives it back. */
json_t *image_store_read(const struct image_store *store, const char *name);

/* The value of a member that is a text; "" where there is none. Borrowed. */
const char *image_text(const json_t *image, const char *key);

/* The path of an image's file; the caller frees it. */
char *image_path(const struct image_store *store, const json_t *image);

/* Bytes that the image takes on the disk. */
uint64_t image_disk_size(const struct image_store *store, const json_t *image);

/* All images, an array in the order of their names; the caller gives it back. */
json_t *image_store_list(const struct image_store *store);

/* Lock a name that is valid, alone. `signals`, a signalfd or -1, ends the wait for another owrun,
 * which is told of unless `quiet`. Returns a fd, or -errno with a sentence. */
int image_store_lock(const struct image_store *store, const char *name, int signals, bool quiet,
	char **reterr_text);
/* Closes the fd. */
void image_store_unlock(const struct image_store *store, const char *name, int *lock);

/* Can a VM have it as a disk, or a CD? The others are a kernel, and a tree of files in a tar. */
bool image_is_disk(const json_t *image);

/* Remove what pulls that were cut have left, but of those that go on just now; `told` hears of each
 * file, with the bytes that it took. */
void image_store_remove_parts(
	const struct image_store *store, void (*told)(const char *name, uint64_t bytes));

/* Remove an image, whose lock the caller has: first its note. Returns 0 or -errno. */
int image_store_remove(const struct image_store *store, const json_t *image);

#endif
