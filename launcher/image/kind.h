/* SPDX-License-Identifier: MIT
 * What an image is, by what is in it. Pure.
 *
 * Nothing is run because of it: the content of a raw disk is its guest's, who can write any header
 * there. It is for telling the user what he has, and for `owrun pull`, which makes an image anew of
 * what it reads. */
#ifndef OWVM_LAUNCHER_IMAGE_KIND_H
#define OWVM_LAUNCHER_IMAGE_KIND_H

#include <stddef.h>
#include <stdint.h>

#define IMAGE_HEAD_SIZE 32776 /* bytes from the beginning that tell the kind */

enum image_kind {
	IMAGE_RAW, /* nothing else: a disk, a file system */
	IMAGE_QCOW2,
	IMAGE_VDI,
	IMAGE_VMDK,
	IMAGE_VHDX,
	IMAGE_ISO, /* of a CD, and not of a disk as well */
	IMAGE_GZIP,
	IMAGE_XZ,
	IMAGE_ZSTD,
	IMAGE_ZIP,
	IMAGE_TAR,
	IMAGE_PAGE, /* of the web */
};

/* The kind of a file that begins with these bytes; fewer than IMAGE_HEAD_SIZE are all of it. */
enum image_kind image_kind_of(const uint8_t *head, size_t size);

/* What to call it in a sentence: "a qcow2 image". */
const char *image_kind_words(enum image_kind kind);

/* QEMU's name of the format, where qemu-img can make another of it; else NULL. */
const char *image_kind_format(enum image_kind kind);

#endif
