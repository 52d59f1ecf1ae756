/* SPDX-License-Identifier: MIT
 * An image of an ext4 made of a root file system that came as a tar.
 *
 * The room: `owrun mkimage`. Read mkimage.c (the parent's side), then fill.c (the tar into the file
 * system, in a process that can do nothing else) and path.c (which names are in the image).
 *
 * Theory of operation: the tar is hostile. It is read in a confined child, which has the tar, the
 * image and a pipe for its last words. Names lead where they say, or are refused: none that is
 * absolute, goes up, or leads through a symlink of the tar is one. What is not complete has no
 * name. */
#ifndef OWVM_LAUNCHER_MKIMAGE_MKIMAGE_H
#define OWVM_LAUNCHER_MKIMAGE_MKIMAGE_H

#include <stdbool.h>
#include <stdint.h>

struct mkimage {
	const char *tar; /* path; plain, or packed by gzip, xz or zstd; borrowed, as the rest */
	const char *image;
	uint64_t size;	   /* bytes of the image, and the most that what is in it may have */
	bool replace;	   /* an image that is there */
	bool reproducible; /* the same tar makes the same bytes, made `now` */
	int64_t now;	   /* seconds since 1970 */
	int signals;	   /* signalfd, or -1 */
};

/* Make it: nothing has the image's name before it is complete and on the disk. Returns 0, or -errno
 * with a sentence. */
int mkimage_make(const struct mkimage *mkimage, char **reterr_text);

#endif
