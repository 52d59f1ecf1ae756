/* SPDX-License-Identifier: MIT
 * Is an image what its name says? It is looked at before QEMU gets it. */
#ifndef OWVM_LAUNCHER_IMAGE_LOOK_H
#define OWVM_LAUNCHER_IMAGE_LOOK_H

#include "launcher/image/kind.h"
#include "launcher/vm/vm.h"

/* The kind of an open file, whose offset stays. Returns 0 or -errno. */
int image_look(int fd, enum image_kind *ret_kind);

/* Can the file that was named be a VM's first disk? What cannot be read is not judged. Returns 0,
 * or -EINVAL with a sentence that has the command which makes it right. */
int image_check_file(const char *path, char **reterr_text);

/* Are the disks of a VM what their names say, and is what they stand on there? Where `format` was
 * said, that is believed. Returns 0, or -EINVAL or -ENOENT with a sentence as above. */
int image_check_disks(const struct vm *vm, char **reterr_text);

#endif
