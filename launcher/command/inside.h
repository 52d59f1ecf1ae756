/* SPDX-License-Identifier: MIT
 * The image whose inside a command is about: a file, an image of the store, or the disk of a VM. */
#ifndef OWVM_LAUNCHER_COMMAND_INSIDE_H
#define OWVM_LAUNCHER_COMMAND_INSIDE_H

#include "launcher/edit/look.h"
#include "launcher/edit/source.h"
#include "launcher/home/vm-lock.h"
#include "launcher/options/options.h"

struct inside {
	struct edit edit;
	char *path;
	struct vmdir vmdir; /* of the VM; VMDIR_NONE: it is none */
	struct vm_lock lock;
};

#define INSIDE_NONE \
	{ \
		.edit = EDIT_NONE, .vmdir = VMDIR_NONE, .lock = VM_LOCK_NONE \
	}
#define OWNED_INSIDE __attribute__((cleanup(inside_close))) struct inside

/* Open what the operand of the options means, see edit_open(); a VM is locked then. Returns 0, or
 * -errno with a sentence: -EBUSY when the VM runs, -EROFS for an image of the store that is to be
 * changed. It is to be closed in any case. */
int inside_open(struct options *options, bool write, int signals, struct inside *ret_inside,
	char **reterr_text);
void inside_close(struct inside *inside);

/* Take IMAGE:/PATH apart: the image, and the path behind the ':'. Returns 0, or -EINVAL with a
 * sentence. The caller frees *ret_image; *ret_path points into the word. */
int inside_split(const char *word, char **ret_image, const char **ret_path, char **reterr_text);

/* Begin to look at the IMAGE:/PATH of the operand, which becomes the image, *ret_image; the caller
 * frees that. Returns 0, or -errno with a sentence. */
int inside_look(struct options *options, enum look_kind kind, int signals, char **ret_image,
	struct inside *ret_inside, struct look *ret_look, char **reterr_text);

/* Are there recipes of those names, with such values? Returns 0, or -errno with a sentence. */
int inside_check_recipes(const struct options *options, char **reterr_text);

/* The address that a recipe, which was checked, gives the router on its LAN; the caller frees it.
 * NULL: none does. */
char *inside_router_address(const struct options *options);

/* Make scripts of the recipes that the options name, as the image's release has them, put them into
 * it with the sources, and let that be the image. Returns 0, or -errno with a sentence. */
int inside_change(const struct options *options, const struct source *sources, size_t n,
	struct edit *edit, char **reterr_text);

#endif
