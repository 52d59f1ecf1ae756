/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: what is in a file, written in runs as long as they can be. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

#define CHUNK_SIZE ((size_t)1024 * 1024)

/* A file that is written. */
struct writer {
	ext2_filsys fs;
	ext2_ino_t number;
	struct ext2_inode inode;
	char *chunk;
	size_t length; /* of what is in it */
	uint64_t size; /* of the file by now */
};

/* How many blocks from that one on have something in them, of n. */
static size_t run_of(const struct writer *writer, size_t block, size_t n)
{
	size_t size = writer->fs->blocksize, run = 0;

	while (block + run < n && !bytes_are_zero(writer->chunk + (block + run) * size, size))
		run++;
	return run;
}

/* How many blocks of the file, from that one on, follow each other on the disk, of n. */
static errcode_t find_blocks(
	struct writer *writer, blk64_t logical, size_t n, blk64_t *ret_physical, size_t *ret_run)
{
	size_t run = 0;

	while (run < n) {
		blk64_t physical = 0;
		errcode_t code = ext2fs_bmap2(writer->fs, writer->number, &writer->inode, NULL, 0,
			logical + run, NULL, &physical);

		if (code != 0)
			return code;
		if (run == 0)
			*ret_physical = physical;
		else if (physical != *ret_physical + run)
			break;
		run++;
	}
	*ret_run = run;
	return 0;
}

/* Write blocks of the chunk, which have none on the disk yet. */
static errcode_t write_run(struct writer *writer, size_t block, size_t n)
{
	ext2_filsys fs = writer->fs;
	blk64_t logical = writer->size / fs->blocksize + block;
	errcode_t code = ext2fs_fallocate(
		fs, EXT2_FALLOCATE_FORCE_INIT, writer->number, &writer->inode, ~0ULL, logical, n);

	while (code == 0 && n > 0) {
		blk64_t physical = 0;
		size_t run = 0;

		code = find_blocks(writer, logical, n, &physical, &run);
		if (code == 0)
			code = io_channel_write_blk64(
				fs->io, physical, (int)run, writer->chunk + block * fs->blocksize);
		logical += run;
		block += run;
		n -= run;
	}
	return code;
}

static errcode_t write_chunk(struct writer *writer)
{
	size_t size = writer->fs->blocksize, n = (writer->length + size - 1) / size;
	errcode_t code = 0;

	memset(writer->chunk + writer->length, 0, n * size - writer->length);
	for (size_t block = 0; code == 0 && block < n;) {
		size_t run = run_of(writer, block, n);

		if (run > 0)
			code = write_run(writer, block, run);
		block += run > 0 ? run : 1;
	}
	writer->size += writer->length;
	return code;
}

/* Fill the chunk, or take the rest. Returns 0 or -errno. */
static int fill(struct writer *writer, ssize_t (*read)(void *context, void *data, size_t size),
	void *context)
{
	ssize_t length = 1;

	writer->length = 0;
	while (length > 0 && writer->length < CHUNK_SIZE) {
		length = read(context, writer->chunk + writer->length, CHUNK_SIZE - writer->length);
		if (length < 0)
			return (int)length;
		writer->length += (size_t)length;
	}
	return 0;
}

int ext4_write_content(struct ext4 *fs, const char *path, ext2_ino_t inode,
	ssize_t (*read)(void *context, void *data, size_t size), void *context, char **reterr_text)
{
	OWNED_MEMORY char *chunk = malloc(CHUNK_SIZE);
	struct writer writer = {.fs = fs->fs, .number = inode, .chunk = chunk};
	errcode_t code = ext2fs_read_inode(fs->fs, inode, &writer.inode);

	if (chunk == NULL)
		abort();
	do {
		int r = fill(&writer, read, context);

		if (r < 0)
			return text_fail(reterr_text, r, "what was to be '%s' cannot be read: %s",
				path, strerror(-r));
		if (code == 0)
			code = write_chunk(&writer);
	} while (code == 0 && writer.length == CHUNK_SIZE);
	if (code == 0)
		code = ext2fs_inode_size_set(fs->fs, &writer.inode, (ext2_off64_t)writer.size);
	if (code == 0)
		code = ext2fs_write_inode(fs->fs, inode, &writer.inode);
	return code == 0 ? 0 : ext4_fail(code, path, reterr_text);
}
