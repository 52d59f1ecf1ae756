/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: opened, closed, looked at. */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

#define BLOCK_SHIFT_MIN 10
#define BLOCK_SHIFT_MAX 16

static const struct {
	errcode_t code;
	int error;
	const char *words; /* with the path before them */
} errors[] = {
	{EXT2_ET_FILE_NOT_FOUND, -ENOENT, "is not in the image"},
	{EXT2_ET_NO_DIRECTORY, -ENOTDIR, "leads through what is no directory"},
	{EXT2_ET_SYMLINK_LOOP, -ELOOP, "leads through too many symlinks"},
	{EXT2_ET_BLOCK_ALLOC_FAIL, -ENOSPC, "does not fit, the image is full"},
	{EXT2_ET_INODE_ALLOC_FAIL, -ENOSPC, "does not fit, the image has no inode left"},
};

int ext4_fail(errcode_t code, const char *path, char **reterr_text)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code)
			return text_fail(
				reterr_text, errors[i].error, "'%s' %s", path, errors[i].words);
	/* Small numbers are those of the system. */
	return text_fail(reterr_text, code < EXT2_ET_BASE ? -(int)code : -EINVAL, "'%s': %s", path,
		code < EXT2_ET_BASE ? strerror((int)code) : error_message(code));
}

/* The library writes behind the end of its bitmaps by a group that is too large. */
static int check_groups(const struct ext2_super_block *super, uint32_t shift, char **reterr_text)
{
	bool clusters =
		(le32toh(super->s_feature_ro_compat) & EXT4_FEATURE_RO_COMPAT_BIGALLOC) != 0;
	uint32_t first = le32toh(super->s_first_data_block), most = (uint32_t)8 << shift;
	uint32_t per_group =
		le32toh(clusters ? super->s_clusters_per_group : super->s_blocks_per_group);

	if (per_group > most || le32toh(super->s_inodes_per_group) > most || first > 1 ||
		(!clusters && (first == 1) != (shift == BLOCK_SHIFT_MIN)))
		return text_fail(reterr_text, -EINVAL, "its ext4 makes no sense");
	return 0;
}

/* Is it as large as it may be? Before the library believes what it says of itself. */
static int check_superblock(int fd, uint64_t offset, uint64_t size, char **reterr_text)
{
	struct ext2_super_block super = {0};
	uint32_t shift = 0;
	uint64_t blocks = 0;

	if (size < SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE ||
		!file_read_at(fd, offset + SUPERBLOCK_OFFSET, &super, sizeof(super)) ||
		le16toh(super.s_magic) != EXT2_SUPER_MAGIC)
		return text_fail(reterr_text, -EINVAL, "there is no ext4 in it");
	shift = le32toh(super.s_log_block_size) + BLOCK_SHIFT_MIN;
	blocks = le32toh(super.s_blocks_count);
	if ((le32toh(super.s_feature_incompat) & EXT4_FEATURE_INCOMPAT_64BIT) != 0)
		blocks |= (uint64_t)le32toh(super.s_blocks_count_hi) << 32;
	if (shift < BLOCK_SHIFT_MIN || shift > BLOCK_SHIFT_MAX || blocks > size >> shift)
		return text_fail(reterr_text, -EINVAL,
			"its ext4 makes no sense: it is larger than its partition");
	return check_groups(&super, shift, reterr_text);
}

/* The library plays no journal, and who plays it later undoes what was written meanwhile. */
static int check_state(ext2_filsys fs, char **reterr_text)
{
	if (ext2fs_has_feature_journal_needs_recovery(fs->super) || fs->super->s_last_orphan != 0 ||
		ext2fs_has_feature_orphan_present(fs->super))
		return text_fail(reterr_text, -EUCLEAN,
			"its ext4 was not unmounted, and its journal has to be played first");
	if ((fs->super->s_state & EXT2_ERROR_FS) != 0)
		return text_fail(reterr_text, -EUCLEAN, "its ext4 has errors");
	return 0;
}

static int open_all(
	const char *name, const char *options, bool write, struct ext4 *fs, char **reterr_text)
{
	int flags = EXT2_FLAG_64BITS | (write ? EXT2_FLAG_RW : 0);
	errcode_t code = ext2fs_open2(name, options, flags, 0, 0, unixfd_io_manager, &fs->fs);
	int r = 0;

	if (code == 0)
		code = ext2fs_check_desc(fs->fs);
	if (code == 0 && write) {
		r = check_state(fs->fs, reterr_text);
		if (r == 0)
			code = ext2fs_read_bitmaps(fs->fs);
	}
	if (code != 0)
		return text_fail(
			reterr_text, -EINVAL, "its ext4 makes no sense: %s", error_message(code));
	return r;
}

int ext4_open(int fd, uint64_t offset, uint64_t size, bool write, struct ext4 **ret_fs,
	char **reterr_text)
{
	OWNED_FD file = fd;
	OWNED_MEMORY char *name = text_format("%d", fd);
	OWNED_MEMORY char *options = text_format("offset=%llu", (unsigned long long)offset);
	struct ext4 *fs = NULL;
	int r = check_superblock(fd, offset, size, reterr_text);

	if (r < 0)
		return r;
	fs = calloc(1, sizeof(*fs));
	if (fs == NULL)
		abort();
	initialize_ext2_error_table();
	/* It is the library's. */
	cleanup_steal_fd(&file);
	r = open_all(name, options, write, fs, reterr_text);
	if (r < 0) {
		ext4_drop(fs);
		return r;
	}
	*ret_fs = fs;
	return 0;
}

int ext4_close(struct ext4 *fs, char **reterr_text)
{
	/* Whoever takes the image has the disk have it, once. */
	errcode_t code = ext2fs_close2(fs->fs, EXT2_FLAG_FLUSH_NO_SYNC);

	/* Where that fails, it is still there. */
	if (code == 0)
		fs->fs = NULL;
	ext4_drop(fs);
	return code == 0 ? 0 : ext4_fail(code, "/", reterr_text);
}

void ext4_drop(struct ext4 *fs)
{
	if (fs == NULL)
		return;
	if (fs->fs != NULL)
		ext2fs_free(fs->fs);
	free(fs);
}

uint64_t ext4_space(const struct ext4 *fs)
{
	return ext2fs_blocks_count(fs->fs->super) * fs->fs->blocksize;
}

void ext4_set_now(struct ext4 *fs, int64_t now)
{
	fs->fs->now = (time_t)now;
}

int64_t ext4_now(const struct ext4 *fs)
{
	return fs->fs->now != 0 ? fs->fs->now : time(NULL);
}

int ext4_read_inode(struct ext4 *fs, ext2_ino_t inode, const char *path,
	struct ext2_inode_large *ret_inode, char **reterr_text)
{
	errcode_t code = 0;

	memset(ret_inode, 0, sizeof(*ret_inode));
	code = ext2fs_read_inode_full(fs->fs, inode, EXT2_INODE(ret_inode), sizeof(*ret_inode));
	return code == 0 ? 0 : ext4_fail(code, path, reterr_text);
}

/* The numbers of a device: in the first word the old way, or in the second. */
static void read_device(const struct ext2_inode_large *inode, struct ext4_file *file)
{
	uint32_t old = inode->i_block[0], new = inode->i_block[1];

	file->major = old != 0 ? old >> 8 & 0xff : new >> 8 & 0xfff;
	file->minor = old != 0 ? old & 0xff : (new & 0xff) | (new >> 12 & 0xfff00);
}

static int64_t read_mtime(const struct ext2_inode_large *inode)
{
	int64_t low = (int32_t)inode->i_mtime;

	if (!EXT4_HAS(inode, i_mtime_extra))
		return low;
	return low + ((int64_t)(inode->i_mtime_extra & 3) << 32);
}

int ext4_look(struct ext4 *fs, uint32_t number, const char *path, struct ext4_file *ret_file,
	char **reterr_text)
{
	struct ext2_inode_large inode = {0};
	int r = ext4_read_inode(fs, number, path, &inode, reterr_text);

	if (r < 0)
		return r;
	*ret_file = (struct ext4_file){
		.mode = inode.i_mode,
		.uid = inode_uid(inode),
		.gid = inode_gid(inode),
		.mtime = read_mtime(&inode),
		.inode = number,
		.links = inode.i_links_count,
		.size = EXT2_I_SIZE(&inode),
	};
	if (S_ISCHR(inode.i_mode) || S_ISBLK(inode.i_mode))
		read_device(&inode, ret_file);
	return 0;
}
