/* SPDX-License-Identifier: MIT
 * An image made into one of another format by qemu-img, in a sandbox. */
#ifndef OWVM_LAUNCHER_IMAGE_CONVERT_H
#define OWVM_LAUNCHER_IMAGE_CONVERT_H

#include <stdint.h>

#include "launcher/disk/backing.h"
#include "launcher/image/kind.h"

/* Make `output`, a file that is there, a qcow2 image of at most `max` bytes of what is in `input`,
 * an image of that kind. An image may name further files of the user's: one that is seen to is
 * refused, and qemu-img runs in a sandbox that has these two files. Both are absolute paths.
 * `signals` is a signalfd or -1. Returns 0, or -errno with a sentence about the input: -EOPNOTSUPP
 * when this kernel has no such sandbox. */
int convert_image(const char *input, enum image_kind kind, const char *output, uint64_t max,
	int signals, char **reterr_text);

/* A conversion; all borrowed. */
struct convert {
	const char *program; /* qemu-img, its path */
	const char *from;    /* absolute */
	const char *from_format;
	const struct backing_chain *below; /* what is below it */
	const char *to;			   /* absolute, a file that is there */
	const char *to_format;
	uint64_t max; /* bytes of it */
	int signals;  /* signalfd or -1 */
	int timeout;  /* ms */
};

/* Have qemu-img do it in a sandbox. What is below an image may name further files by many ways: it
 * reads those that are given, and no others. Returns 0, or -errno with a sentence as sandbox_run()
 * has it. */
int convert_run(const struct convert *convert, char **reterr_text);

#endif
