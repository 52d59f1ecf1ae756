/* SPDX-License-Identifier: MIT
 * What a VM is made of: a file of the user's, or an image of the store. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_ORIGIN_H
#define OWVM_LAUNCHER_DOWNLOAD_ORIGIN_H

#include "launcher/download/mirror.h"
#include "launcher/image/store.h"
#include "launcher/vm/arch.h"

struct image_origin {
	char *path;	  /* of the file */
	json_t *image;	  /* the note about it; NULL: it is the user's */
	bool cdrom;	  /* it is a CD, which a VM has as it is */
	bool raw;	  /* it is no qcow2 image */
	const char *arch; /* that it is for; NULL: nobody says */
	struct image_store store;
	int lock; /* of the image: it stays as long as this is held */
};

#define IMAGE_ORIGIN_NONE \
	{ \
		.store = IMAGE_STORE_NONE, .lock = -1 \
	}
#define OWNED_IMAGE_ORIGIN __attribute__((cleanup(image_origin_free))) struct image_origin

/* Does the operand, which means no file, name an image of the store, or one of OpenWrt's? */
bool image_origin_is_image(const char *operand);

/* Find what it means: a file that is there, or else an image of the store, which is then locked.
 * One of OpenWrt is pulled, for that architecture, where the store has none that is meant. Returns
 * 0, or -errno with a sentence, also for what no VM can be made of. */
int image_origin_find(const char *operand, const struct arch *arch, const struct mirror *mirror,
	struct image_origin *ret_origin, char **reterr_text);

/* Find what an image that is a root file system alone boots with: the kernel of its own release,
 * likewise. Returns 0 (ret_kernel->path is NULL where it boots by itself), or -errno with a
 * sentence. */
int image_origin_find_kernel(const struct image_origin *origin, const struct mirror *mirror,
	struct image_origin *ret_kernel, char **reterr_text);
void image_origin_free(struct image_origin *origin);

/* Make `disk`, an empty file of an absolute path, a qcow2 image: a copy of a file of the user's, or
 * an overlay over an image of the store, which nobody writes to. With `trust` a file may name
 * others, see disk/backing-own.h. Returns 0, or -errno with a sentence. */
int image_origin_fill(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text);

#endif
