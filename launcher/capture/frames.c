/* SPDX-License-Identifier: MIT
 * Frames in a stream of pcap, from who writes them to who reads them. */
#include "launcher/capture/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/bytes.h"

#define MAGIC 0xa1b2c3d4 /* microseconds, in the byte order of who wrote it */
#define FILE_HEADER 24	 /* bytes */
#define SHORT_HEADER 10	 /* bytes of struct virtio_net_hdr */

/* Twice what is in it: then it moves at most as many bytes as it takes. */
#define QUEUE_BUFFER ((size_t)2 * FRAMES_QUEUE_SIZE)

void frames_init(struct frames *ret_frames, bool headers, uint32_t max)
{
	*ret_frames = (struct frames){
		.headers = headers,
		.max = max,
		.input = malloc(FRAMES_INPUT_SIZE),
		.queue = malloc(QUEUE_BUFFER),
	};
	if (ret_frames->input == NULL || ret_frames->queue == NULL)
		abort();
}

void frames_free(struct frames *frames)
{
	free(frames->input);
	free(frames->queue);
	*frames = (struct frames){0};
}

/* Make room at the end of the queue. False: there is none. */
static bool make_room(struct frames *frames, size_t length)
{
	size_t used = frames->queue_end - frames->queue_start;

	if (length > FRAMES_QUEUE_SIZE - used)
		return false;
	if (length > QUEUE_BUFFER - frames->queue_end) {
		memmove(frames->queue, frames->queue + frames->queue_start, used);
		frames->queue_start = 0;
		frames->queue_end = used;
	}
	return true;
}

/* Put bytes there, where room was made. */
static void put(struct frames *frames, const void *data, size_t length)
{
	memcpy(frames->queue + frames->queue_end, data, length);
	frames->queue_end += length;
}

/* Bytes before the frame: 10 of a driver that never heard of merged buffers, else 12, of which the
 * last two count buffers, and are 0 on this side of the tap. An address can begin with that, but
 * is none that a network gives to guests. */
static uint32_t header_length(const char *data, uint32_t length)
{
	if (length < FRAMES_HEADER_MAX)
		return length;
	return data[SHORT_HEADER] == 0 && data[SHORT_HEADER + 1] == 0 ? FRAMES_HEADER_MAX
								      : SHORT_HEADER;
}

static void take_frame(struct frames *frames, struct frames_record record, const char *data)
{
	uint32_t skip = frames->headers ? header_length(data, record.captured) : 0;

	record.captured -= skip;
	record.length -= skip < record.length ? skip : record.length;
	if (frames_done(frames))
		return;
	if (!make_room(frames, sizeof(record) + record.captured)) {
		frames->dropped++;
		return;
	}
	put(frames, &record, sizeof(record));
	put(frames, data + skip, record.captured);
	frames->taken++;
}

/* Take the header of the file. Returns its bytes, 0 when it is not all there, or -EPROTO. */
static int take_header(struct frames *frames)
{
	uint32_t magic = 0;

	if (frames->input_used < FILE_HEADER)
		return 0;
	memcpy(&magic, frames->input, sizeof(magic));
	if (magic != MAGIC)
		return -EPROTO;
	put(frames, frames->input, FILE_HEADER);
	frames->begun = true;
	return FILE_HEADER;
}

/* Take the frame at that place of the input. Returns likewise. */
static int take_one(struct frames *frames, size_t at)
{
	const char *data = frames->input + at;
	size_t there = frames->input_used - at;
	struct frames_record record = {0};

	if (!frames->begun)
		return take_header(frames);
	if (there < sizeof(record))
		return 0;
	memcpy(&record, data, sizeof(record));
	if (record.captured > FRAMES_SNAP_MAX + FRAMES_HEADER_MAX)
		return -EPROTO;
	if (record.captured > there - sizeof(record))
		return 0;
	take_frame(frames, record, data + sizeof(record));
	return (int)(sizeof(record) + record.captured);
}

int frames_take(struct frames *frames, size_t length)
{
	size_t at = 0;
	int r = 0;

	frames->input_used += length;
	do {
		r = take_one(frames, at);
		if (r < 0)
			return r;
		at += (size_t)r;
	} while (r > 0);
	frames->input_used -= at;
	memmove(frames->input, frames->input + at, frames->input_used);
	return 0;
}

bool frames_done(const struct frames *frames)
{
	return frames->max != 0 && frames->taken >= frames->max;
}

void frames_read(struct frames *frames, size_t length)
{
	frames->queue_start += length;
	if (frames->queue_start == frames->queue_end)
		frames->queue_start = frames->queue_end = 0;
}

int frames_write_header(int fd)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snap, link;
	} header = {.magic = MAGIC, .major = 2, .minor = 4, .snap = FRAMES_SNAP_MAX, .link = 1};

	return bytes_write(fd, &header, sizeof(header));
}
