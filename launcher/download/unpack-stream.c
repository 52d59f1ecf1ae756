/* SPDX-License-Identifier: MIT
 * Unpacking what comes in: the side of the child, which is confined. Its input is hostile. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/download/private.h"

#define READ_SIZE ((size_t)256 * 1024)
#define HOLE_SIZE 4096 /* bytes: runs of zeros this long, and at such offsets, are not written */

struct target {
	int fd;
	uint64_t size; /* of what was unpacked, with its holes */
	uint64_t max;
};

static int say_write(int error, char **reterr_text)
{
	return text_fail(reterr_text, -error, "cannot be unpacked: cannot write: %s%s",
		strerror(error), FEED_ROOM(error));
}

/* How much of the data, which belongs at that offset, is in one block. */
static size_t block_of(uint64_t offset, size_t size)
{
	size_t rest = HOLE_SIZE - (size_t)(offset % HOLE_SIZE);

	return rest < size ? rest : size;
}

/* Write what is not zero, in runs that are as long as they can be. */
static int put(
	struct target *target, const char *data, size_t size, uint64_t offset, char **reterr_text)
{
	if (offset < target->size || offset > target->max || size > target->max - offset)
		return text_fail(reterr_text, -EFBIG,
			"is more than %llu MiB when it is unpacked; '--size' permits more",
			(unsigned long long)(target->max >> 20));
	target->size = offset + size;
	while (size > 0) {
		size_t run = 0;
		int r = 0;

		while (run < size) {
			size_t block = block_of(offset + run, size - run);

			if (bytes_are_zero(data + run, block))
				break;
			run += block;
		}
		if (run > 0)
			r = bytes_write_at(target->fd, data, run, offset);
		if (r < 0)
			return say_write(-r, reterr_text);
		if (run == 0)
			run = block_of(offset, size);
		data += run;
		size -= run;
		offset += run;
	}
	return 0;
}

static int fail(struct archive *archive, char **reterr_text)
{
	const char *reason = archive_error_string(archive);

	return text_fail(reterr_text, -EBADMSG, "cannot be unpacked: %s",
		reason == NULL ? "it makes no sense" : reason);
}

static int take_file(struct archive *archive, struct target *target, char **reterr_text)
{
	while (true) {
		const void *data = NULL;
		size_t size = 0;
		la_int64_t offset = 0;
		int status = archive_read_data_block(archive, &data, &size, &offset), r = 0;

		if (status == ARCHIVE_EOF)
			return 0;
		if (status != ARCHIVE_OK || offset < 0)
			return fail(archive, reterr_text);
		r = put(target, data, size, (uint64_t)offset, reterr_text);
		if (r < 0)
			return r;
	}
}

static int take_all(struct archive *archive, struct target *target, char **reterr_text)
{
	struct archive_entry *entry = NULL;
	int status = ARCHIVE_OK, r = 0;
	bool found = false;

	while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		mode_t type = archive_entry_filetype(entry);

		if (type == AE_IFDIR)
			continue;
		if (found)
			return text_fail(reterr_text, -EBADMSG,
				"holds more than one file; unpack it, and pull the one that is the image");
		if (type != AE_IFREG)
			return text_fail(reterr_text, -EBADMSG, "holds something that is no file");
		found = true;
		r = take_file(archive, target, reterr_text);
		if (r < 0)
			return r;
	}
	if (status != ARCHIVE_EOF)
		return fail(archive, reterr_text);
	if (target->size == 0)
		return text_fail(reterr_text, -EBADMSG, "is empty");
	return ftruncate(target->fd, (off_t)target->size) < 0 ? say_write(errno, reterr_text) : 0;
}

int unpack_stream(int input, int output, uint64_t max, char **reterr_text)
{
	struct archive *archive = archive_read_new();
	struct target target = {.fd = output, .max = max};
	int r = 0;

	if (archive == NULL)
		return text_fail(reterr_text, -ENOMEM, "cannot be unpacked: %s", strerror(ENOMEM));
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_zip_streamable(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	r = archive_read_open_fd(archive, input, READ_SIZE) == ARCHIVE_OK
		    ? take_all(archive, &target, reterr_text)
		    : fail(archive, reterr_text);
	archive_read_free(archive);
	return r;
}
