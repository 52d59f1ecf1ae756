/* SPDX-License-Identifier: MIT
 * Which VMs stand on an image of the store. */
#ifndef OWVM_LAUNCHER_IMAGE_USERS_H
#define OWVM_LAUNCHER_IMAGE_USERS_H

#include "launcher/image/store.h"

/* The directories of VMs whose disk is over the image, or whose vm.conf names its file: an array of
 * texts, which the caller gives back. VMs are found where VMs are kept, and where the image's note
 * says that one was made of it. */
json_t *image_users(const struct image_store *store, const json_t *image);

/* Note that a VM is made of it in that directory. The caller has the image's lock. Returns 0 or
 * -errno. */
int image_note_user(const struct image_store *store, const json_t *image, const char *directory);

#endif
