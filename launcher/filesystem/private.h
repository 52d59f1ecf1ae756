/* SPDX-License-Identifier: MIT
 * What the files of ext4.h share, and those of partition.h. */
#ifndef OWVM_LAUNCHER_FILESYSTEM_PRIVATE_H
#define OWVM_LAUNCHER_FILESYSTEM_PRIVATE_H

#include <et/com_err.h>
#include <ext2fs/ext2fs.h>

#include "launcher/filesystem/ext4.h"
#include "launcher/filesystem/partition.h"

#define EXT4_LINKS_MAX 65000 /* of an inode, as the kernel has it */

/* Does the inode, whose size the file system says, have that member? */
#define EXT4_HAS(inode, member) \
	(EXT2_GOOD_OLD_INODE_SIZE + (size_t)(inode)->i_extra_isize >= \
		offsetof(struct ext2_inode_large, member) + sizeof((inode)->member))

struct ext4 {
	ext2_filsys fs;
};

/* Set the sentence about an error of libext2fs at a path, and return -errno for it. */
int ext4_fail(errcode_t code, const char *path, char **reterr_text);

/* What counts as the time, see ext4_set_now(). */
int64_t ext4_now(const struct ext4 *fs);

/* Read an inode with all that it has. Returns 0, or -errno with a sentence about the path. */
int ext4_read_inode(struct ext4 *fs, ext2_ino_t inode, const char *path,
	struct ext2_inode_large *ret_inode, char **reterr_text);

/* Find the inode that a path leads to; with `follow` also where a symlink at its end does. Returns
 * 0, or -errno with a sentence. */
int ext4_walk(
	struct ext4 *fs, const char *path, bool follow, ext2_ino_t *ret_inode, char **reterr_text);

/* Where a name is, or would be. */
struct ext4_place {
	struct ext4 *fs;
	const char *path; /* all of it, borrowed */
	const char *name; /* its last part */
	char *copy;	  /* where `name` points into */
	ext2_ino_t directory;
};

#define OWNED_EXT4_PLACE __attribute__((cleanup(ext4_place_free))) struct ext4_place

/* Take the path apart and find its directory. Returns 0, or -errno with a sentence, as all of these
 * do; the place is to be freed in any case. */
int ext4_place_find(
	struct ext4 *fs, const char *path, struct ext4_place *ret_place, char **reterr_text);
void ext4_place_free(struct ext4_place *place);

/* Set the sentence about an error of libext2fs there. 0 is none. */
int ext4_place_fail(const struct ext4_place *place, errcode_t code, char **reterr_text);

/* The inode that has the name; 0: none has. */
int ext4_place_look(const struct ext4_place *place, ext2_ino_t *ret_inode, char **reterr_text);

/* Take the name from that inode, which has it and is no directory (-EISDIR). */
int ext4_place_remove(const struct ext4_place *place, ext2_ino_t number, char **reterr_text);

/* Find where a new file goes, and remove what is there. */
int ext4_place_clear(
	struct ext4 *fs, const char *path, struct ext4_place *ret_place, char **reterr_text);

/* Give the name, which nothing has, to an inode of that mode. */
errcode_t ext4_place_link(const struct ext4_place *place, ext2_ino_t number, mode_t mode);

/* Give the inode of a new file, which has no block yet, its content, see ext4_put_file(). */
int ext4_write_content(struct ext4 *fs, const char *path, ext2_ino_t inode,
	ssize_t (*read)(void *context, void *data, size_t size), void *context, char **reterr_text);

/* What the child of partition.h does: the table as it stands there, nothing compared. Returns 0, or
 * -errno with a sentence. */
int partition_parse(int fd, struct partition_table *ret_table, char **reterr_text);

#endif
