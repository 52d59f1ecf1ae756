/* SPDX-License-Identifier: MIT
 * An empty ext4. */
#include "launcher/filesystem/ext4-make.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

#define BLOCK_SIZE 4096
#define LOG_BLOCK_SIZE 2 /* of 1024 << that */
#define INODE_SIZE 256
#define SMALL ((uint64_t)512 << 20) /* bytes; see mke2fs.conf(5) */
#define INODE_RATIO 16384	    /* bytes for each inode */
#define INODE_RATIO_SMALL 4096
#define RESERVED 20 /* a part of so many is root's */
#define FLEX_BG 4   /* 1 << that groups have their tables together */

static void describe(uint64_t size, struct ext2_super_block *ret_super)
{
	uint32_t ratio = size < SMALL ? INODE_RATIO_SMALL : INODE_RATIO;

	*ret_super = (struct ext2_super_block){
		.s_rev_level = EXT2_DYNAMIC_REV,
		.s_log_block_size = LOG_BLOCK_SIZE,
		.s_log_cluster_size = LOG_BLOCK_SIZE,
		.s_inode_size = INODE_SIZE,
		.s_min_extra_isize = sizeof(struct ext2_inode_large) - EXT2_GOOD_OLD_INODE_SIZE,
		.s_want_extra_isize = sizeof(struct ext2_inode_large) - EXT2_GOOD_OLD_INODE_SIZE,
		.s_log_groups_per_flex = FLEX_BG,
		.s_feature_compat = EXT2_FEATURE_COMPAT_EXT_ATTR | EXT2_FEATURE_COMPAT_DIR_INDEX,
		.s_feature_incompat = EXT2_FEATURE_INCOMPAT_FILETYPE |
				      EXT3_FEATURE_INCOMPAT_EXTENTS | EXT4_FEATURE_INCOMPAT_FLEX_BG,
		.s_feature_ro_compat =
			EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |
			EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_DIR_NLINK |
			EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE | EXT4_FEATURE_RO_COMPAT_METADATA_CSUM,
	};
	ext2fs_blocks_count_set(ret_super, size / BLOCK_SIZE);
	ext2fs_r_blocks_count_set(ret_super, size / BLOCK_SIZE / RESERVED);
	ret_super->s_inodes_count = (uint32_t)(size / ratio);
}

static void identify(ext2_filsys fs, const uint8_t id[EXT4_UUID_SIZE], int64_t now)
{
	struct ext2_super_block *super = fs->super;

	memcpy(super->s_uuid, id, EXT4_UUID_SIZE);
	memcpy(super->s_hash_seed, id, EXT4_UUID_SIZE);
	super->s_def_hash_version = EXT2_HASH_HALF_MD4;
	super->s_flags |= EXT2_FLAGS_SIGNED_HASH;
	super->s_checksum_type = EXT2_CRC32C_CHKSUM;
	super->s_default_mount_opts = EXT2_DEFM_XATTR_USER | EXT2_DEFM_ACL;
	super->s_errors = EXT2_ERRORS_DEFAULT;
	super->s_state |= EXT2_VALID_FS;
	super->s_mkfs_time = super->s_lastcheck = (uint32_t)now;
	ext2fs_init_csum_seed(fs);
}

/* The tables are zeros already, so that no kernel has to write them. */
static void mark_tables(ext2_filsys fs)
{
	for (dgrp_t group = 0; group < fs->group_desc_count; group++) {
		ext2fs_bg_flags_set(fs, group, EXT2_BG_INODE_ZEROED);
		ext2fs_group_desc_csum_set(fs, group);
	}
}

static errcode_t add_root(ext2_filsys fs)
{
	errcode_t code = ext2fs_mkdir(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, NULL);

	fs->umask = 077;
	if (code == 0)
		code = ext2fs_mkdir(fs, EXT2_ROOT_INO, 0, "lost+found");
	return code;
}

/* The inodes that no file has. */
static errcode_t reserve_inodes(ext2_filsys fs)
{
	ext2fs_inode_alloc_stats2(fs, EXT2_BAD_INO, 1, 0);
	for (ext2_ino_t inode = EXT2_ROOT_INO + 1; inode < EXT2_FIRST_INODE(fs->super); inode++)
		ext2fs_inode_alloc_stats2(fs, inode, 1, 0);
	ext2fs_mark_ib_dirty(fs);
	/* Nothing is bad; e2fsck wants the list. */
	return ext2fs_update_bb_inode(fs, NULL);
}

static errcode_t add_journal(ext2_filsys fs)
{
	int blocks = ext2fs_default_journal_size(ext2fs_blocks_count(fs->super));

	return blocks <= 0 ? 0 : ext2fs_add_journal_inode(fs, (blk_t)blocks, 0);
}

static errcode_t fill(ext2_filsys fs)
{
	errcode_t code = ext2fs_allocate_tables(fs);

	if (code == 0) {
		mark_tables(fs);
		code = add_root(fs);
	}
	if (code == 0)
		code = reserve_inodes(fs);
	return code == 0 ? add_journal(fs) : code;
}

int ext4_make(
	int fd, uint64_t size, const uint8_t id[EXT4_UUID_SIZE], int64_t now, char **reterr_text)
{
	OWNED_MEMORY char *name = text_format("%d", fd);
	struct ext2_super_block super = {0};
	ext2_filsys fs = NULL;
	errcode_t code = 0;

	describe(size, &super);
	initialize_ext2_error_table();
	code = ext2fs_initialize(name, EXT2_FLAG_EXCLUSIVE, &super, unixfd_io_manager, &fs);
	if (code == 0) {
		fs->now = (time_t)now;
		identify(fs, id, now);
		code = fill(fs);
	}
	if (code == 0)
		code = ext2fs_close_free(&fs);
	if (fs != NULL)
		ext2fs_free(fs);
	if (code == 0)
		return 0;
	return text_fail(reterr_text, code < EXT2_ET_BASE ? -(int)code : -EINVAL,
		"no ext4 can be made in it: %s",
		code < EXT2_ET_BASE ? strerror((int)code) : error_message(code));
}
