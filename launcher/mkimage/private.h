/* SPDX-License-Identifier: MIT
 * A step of making an image that is a file of its own. */
#ifndef OWVM_LAUNCHER_MKIMAGE_PRIVATE_H
#define OWVM_LAUNCHER_MKIMAGE_PRIVATE_H

#include "launcher/mkimage/mkimage.h"

/* What the child does: put all of the tar that comes by `input` into the empty file system of
 * `output`. Both fds are owned from then on. Returns 0, or -errno with a sentence about the tar. */
int mkimage_fill(const struct mkimage *mkimage, int input, int output, char **reterr_text);

#endif
