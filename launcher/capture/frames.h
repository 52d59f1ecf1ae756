/* SPDX-License-Identifier: MIT
 * Frames in a stream of pcap (pcap-savefile(5)), from who writes them to who reads them.
 *
 * The room: frames.c keeps whole frames and drops them where there is no room, so that who writes
 * never waits; pump.c is the process that does so between QEMU and the reader; capture.c starts it
 * and has QEMU write, bridge.c a client on a bridge. */
#ifndef OWVM_LAUNCHER_CAPTURE_FRAMES_H
#define OWVM_LAUNCHER_CAPTURE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES_SNAP_MAX 65536 /* bytes of a frame, as of QEMU's filter-dump */
#define FRAMES_HEADER_MAX 12  /* bytes before a frame, of struct virtio_net_hdr_mrg_rxbuf */

#define FRAMES_INPUT_SIZE (1024 * 1024)
#define FRAMES_QUEUE_SIZE (8 * 1024 * 1024)

/* Before each frame. */
struct frames_record {
	uint32_t seconds;
	uint32_t microseconds;
	uint32_t captured; /* bytes that follow */
	uint32_t length;   /* bytes of the frame */
};

struct frames {
	bool headers;	   /* a header of virtio comes before each frame, which is left out */
	uint32_t max;	   /* frames after which it is done; 0: never */
	uint64_t taken;	   /* frames that were put into the queue */
	uint64_t dropped;  /* frames that found no room there */
	bool begun;	   /* the file header has been taken */
	char *input;	   /* what came and is no whole frame yet */
	size_t input_used; /* bytes */
	char *queue;	   /* what is to be read: whole frames from here on */
	size_t queue_start, queue_end;
};

/* Both buffers are the caller's to free with frames_free(). Aborts when memory is gone. */
void frames_init(struct frames *ret_frames, bool headers, uint32_t max);
void frames_free(struct frames *frames);

/* `length` more bytes were put behind what is in the input. Move whole frames into the queue.
 * Returns 0, or -EPROTO when it is no pcap of this machine. */
int frames_take(struct frames *frames, size_t length);

/* Were as many frames taken as were asked for? */
bool frames_done(const struct frames *frames);

/* Bytes of the queue were read. */
void frames_read(struct frames *frames, size_t length);

/* Write the header of a file, whose frames are of Ethernet, to a fd that blocks. Returns 0 or
 * -errno. */
int frames_write_header(int fd);

#endif
