/* SPDX-License-Identifier: MIT
 * The image that a VM which is kept is made of. */
#ifndef OWVM_LAUNCHER_COMMAND_MAKE_IMAGE_H
#define OWVM_LAUNCHER_COMMAND_MAKE_IMAGE_H

#include "launcher/download/origin.h"
#include "launcher/options/options.h"

struct make_image {
	bool disk;	    /* there is one to be made of it */
	uint64_t disk_size; /* bytes; 0: as the image has */
	bool root_grown;    /* the root file system as well */
	struct image_origin origin;
	struct image_origin kernel; /* that it boots with; without a path: none */
};

#define MAKE_IMAGE_NONE \
	{ \
		.origin = IMAGE_ORIGIN_NONE, .kernel = IMAGE_ORIGIN_NONE \
	}

/* Find it (NULL: there is none), and put what follows from it into the options' settings of the VM
 * in that directory. Returns 0, or -errno with a sentence. */
int make_image_find(const char *image, struct options *options, const char *directory, int signals,
	struct make_image *ret_image, char **reterr_text);
void make_image_free(struct make_image *image);

/* Make the disk, an empty file of an absolute path, of it, see image_origin_fill(); larger where
 * that was said. Returns 0, or -errno with a sentence. */
int make_image_fill(
	struct make_image *image, const char *disk, bool trust, int signals, char **reterr_text);

/* Note that the VM in that directory stands on it, so that it stays. Returns 0, or -errno with a
 * sentence. */
int make_image_note(const struct make_image *image, const char *directory, char **reterr_text);

/* Say what is left to do for the VM of that name. */
void make_image_tell(const struct make_image *image, const char *name);

#endif
