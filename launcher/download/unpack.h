/* SPDX-License-Identifier: MIT
 * Unpacking what comes in, into a sparse file, in a process that can do nothing else.
 *
 * Theory of operation: what is unpacked came from outside, and libarchive is large. So it works in
 * a child that has the stream and the file, see sandbox/worker.h. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_UNPACK_H
#define OWVM_LAUNCHER_DOWNLOAD_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "launcher/sandbox/worker.h"

struct unpack {
	struct worker worker;
	int input; /* fd of the stream */
};

#define UNPACK_NONE \
	{ \
		.worker = WORKER_NONE, .input = -1 \
	}

/* Begin: what is given is unpacked if it is gzip, xz, zstd or zip with one file, and copied as it
 * is if not, to `output`, an empty file. More than `max` bytes are refused. What follows the end of
 * a gzip stream is left out, as OpenWrt's images have something there. Returns 0 or -errno. */
int unpack_start(int output, uint64_t max, struct unpack *ret_unpack);

/* Give it more. Returns 0, or -errno: -EPIPE when it has ended, which unpack_finish() explains. */
int unpack_give(struct unpack *unpack, const void *data, size_t size);

/* That was all: wait for its end. Returns 0, or -EBADMSG with a sentence, which is about what was
 * unpacked. */
int unpack_finish(struct unpack *unpack, char **reterr_text);

/* End it as it is. */
void unpack_stop(struct unpack *unpack);

#endif
