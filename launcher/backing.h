/* SPDX-License-Identifier: MIT
 * The files below a qcow2 image. */
#ifndef OWVM_LAUNCHER_BACKING_H
#define OWVM_LAUNCHER_BACKING_H

#include <stddef.h>

#define BACKING_MAX 32

/* The backing file of a qcow2 image, its backing file, and so on: ret_paths[0..n), which the caller
 * frees; returns n. The chain is followed only through files that the image above declares to be
 * qcow2: the content of a raw file is the guest's, who could name any file there. A file that is no
 * qcow2 image has none. (QEMU's docs/interop/qcow2.txt) */
size_t backing_files(const char *path, char *ret_paths[BACKING_MAX]);

#endif
