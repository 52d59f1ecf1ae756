/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/capture/frames.h"
#include "tests/unit/unit.h"

static const uint32_t file_header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 65536, 1};

/* A stream that is put together. */
struct stream {
	char data[4096];
	size_t used;
};

static void add(struct stream *stream, const void *data, size_t length)
{
	memcpy(stream->data + stream->used, data, length);
	stream->used += length;
}

static void add_frame(struct stream *stream, const char *data, uint32_t captured, uint32_t length)
{
	add(stream, (const uint32_t[]){7, 8, captured, length}, 16);
	add(stream, data, captured);
}

/* Put the stream in, `step` bytes at a time. */
static int feed(struct frames *frames, const struct stream *stream, size_t step)
{
	int r = 0;

	for (size_t at = 0; at < stream->used && r == 0; at += step) {
		size_t length = stream->used - at < step ? stream->used - at : step;

		memcpy(frames->input + frames->input_used, stream->data + at, length);
		r = frames_take(frames, length);
	}
	return r;
}

static void assert_queue(const struct frames *frames, const struct stream *expected)
{
	assert_int_equal(frames->queue_end - frames->queue_start, expected->used);
	assert_memory_equal(frames->queue + frames->queue_start, expected->data, expected->used);
}

static void test_take_passes_whole_frames_on_however_they_come(void **state)
{
	struct stream stream = {0};

	(void)state;
	add(&stream, file_header, sizeof(file_header));
	add_frame(&stream, "abcdef", 6, 6);
	add_frame(&stream, "", 0, 100);
	add_frame(&stream, "ghi", 3, 60);
	for (size_t step = 1; step <= stream.used; step++) {
		struct frames frames = {0};

		frames_init(&frames, false, 0);
		assert_int_equal(feed(&frames, &stream, step), 0);
		assert_queue(&frames, &stream);
		assert_int_equal(frames.taken, 3);
		frames_free(&frames);
	}
}

static void test_take_keeps_half_a_frame_to_itself(void **state)
{
	struct stream stream = {0}, whole = {0};
	struct frames frames = {0};

	(void)state;
	add(&stream, file_header, sizeof(file_header));
	add_frame(&stream, "abcdef", 6, 6);
	whole = stream;
	add_frame(&stream, "ghijkl", 6, 6);
	stream.used -= 1;
	frames_init(&frames, false, 0);
	assert_int_equal(feed(&frames, &stream, stream.used), 0);
	assert_queue(&frames, &whole);
	frames_free(&frames);
}

static void test_take_leaves_headers_of_virtio_out(void **state)
{
	static const struct {
		const char *data;
		uint32_t captured, length;
		const char *frame;
		uint32_t left, left_length;
	} cases[] = {
		{"0123456789\0\0FRAME", 17, 17, "FRAME", 5, 5},
		{"0123456789FRAME", 15, 15, "FRAME", 5, 5},
		{"0123456789\0\0FR", 14, 17, "FR", 2, 5},
		{"0123456789\0\0", 12, 12, "", 0, 0},
		{"01234567", 8, 8, "", 0, 0},
		{"", 0, 0, "", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct stream stream = {0}, expected = {0};
		struct frames frames = {0};

		add(&stream, file_header, sizeof(file_header));
		expected = stream;
		add_frame(&stream, cases[i].data, cases[i].captured, cases[i].length);
		add_frame(&expected, cases[i].frame, cases[i].left, cases[i].left_length);
		frames_init(&frames, true, 0);
		assert_int_equal(feed(&frames, &stream, stream.used), 0);
		assert_queue(&frames, &expected);
		frames_free(&frames);
	}
}

static void test_take_refuses_what_is_no_capture(void **state)
{
	static const uint32_t swapped[6] = {0xd4c3b2a1, 0x00040002, 0, 0, 65536, 1};
	struct stream stream = {0};
	struct frames frames = {0};

	(void)state;
	add(&stream, swapped, sizeof(swapped));
	frames_init(&frames, false, 0);
	assert_int_equal(feed(&frames, &stream, 5), -EPROTO);
	frames_free(&frames);

	stream.used = 0;
	add(&stream, file_header, sizeof(file_header));
	add(&stream, (const uint32_t[]){0, 0, FRAMES_SNAP_MAX + FRAMES_HEADER_MAX + 1, UINT32_MAX},
		16);
	frames_init(&frames, false, 0);
	assert_int_equal(feed(&frames, &stream, stream.used), -EPROTO);
	frames_free(&frames);
}

static void test_take_ends_with_as_many_as_were_asked_for(void **state)
{
	struct stream stream = {0}, expected = {0};
	struct frames frames = {0};

	(void)state;
	add(&stream, file_header, sizeof(file_header));
	add_frame(&stream, "a", 1, 1);
	add_frame(&stream, "b", 1, 1);
	expected = stream;
	add_frame(&stream, "c", 1, 1);
	frames_init(&frames, false, 2);
	assert_int_equal(feed(&frames, &stream, stream.used), 0);
	assert_true(frames_done(&frames));
	assert_queue(&frames, &expected);
	frames_free(&frames);
}

/* Put `n` frames of `length` bytes in; the first byte of each is its number. */
static void fill(struct frames *frames, size_t first, size_t n, uint32_t length)
{
	for (size_t i = first; i < first + n; i++) {
		const uint32_t record[4] = {0, 0, length, length};

		memcpy(frames->input, record, sizeof(record));
		memset(frames->input + sizeof(record), (int)(i % 256), length);
		assert_int_equal(frames_take(frames, sizeof(record) + length), 0);
	}
}

static void test_take_drops_whole_frames_where_there_is_no_room(void **state)
{
	const uint32_t length = 65520;
	const size_t whole = 16 + length, n = FRAMES_QUEUE_SIZE / whole;
	struct frames frames = {0};

	(void)state;
	frames_init(&frames, false, 0);
	memcpy(frames.input, file_header, sizeof(file_header));
	assert_int_equal(frames_take(&frames, sizeof(file_header)), 0);
	frames_read(&frames, sizeof(file_header));
	fill(&frames, 0, n + 5, length);
	assert_int_equal(frames.taken, n);
	assert_int_equal(frames.dropped, 5);
	/* Room for two, and the queue moves to the front again and again. */
	for (size_t round = 0; round < 3 * n; round++) {
		assert_int_equal(frames.queue[frames.queue_start + 16] & 0xff,
			(round < n ? round : round + 5) % 256);
		frames_read(&frames, whole);
		fill(&frames, n + 5 + round, 1, length);
	}
	assert_int_equal(frames.taken, 4 * n);
	assert_int_equal(frames.dropped, 5);
	frames_free(&frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_passes_whole_frames_on_however_they_come),
		cmocka_unit_test(test_take_keeps_half_a_frame_to_itself),
		cmocka_unit_test(test_take_leaves_headers_of_virtio_out),
		cmocka_unit_test(test_take_refuses_what_is_no_capture),
		cmocka_unit_test(test_take_ends_with_as_many_as_were_asked_for),
		cmocka_unit_test(test_take_drops_whole_frames_where_there_is_no_room),
	};

	return cmocka_run_group_tests_name("capture-frames", tests, NULL, NULL);
}
