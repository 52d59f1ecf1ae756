/* SPDX-License-Identifier: MIT
 * An image of another format made into a qcow2 image that stands alone. */
#ifndef OWVM_LAUNCHER_IMAGE_CONVERT_H
#define OWVM_LAUNCHER_IMAGE_CONVERT_H

#include <stdint.h>

#include "launcher/image/kind.h"

/* Make `output`, a file that is there, a qcow2 image of at most `max` bytes of what is in `input`,
 * an image of that kind. An image may name further files of the user's: one that is seen to is
 * refused, and qemu-img runs in a sandbox that has these two files. Both are absolute paths.
 * `signals` is a signalfd or -1. Returns 0, or -errno with a sentence about the input: -EOPNOTSUPP
 * when this kernel has no such sandbox. */
int convert_image(const char *input, enum image_kind kind, const char *output, uint64_t max,
	int signals, char **reterr_text);

#endif
