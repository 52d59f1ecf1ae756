/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: names, and what goes with the last one. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

void ext4_place_free(struct ext4_place *place)
{
	free(place->copy);
}

int ext4_place_fail(const struct ext4_place *place, errcode_t code, char **reterr_text)
{
	return code == 0 ? 0 : ext4_fail(code, place->path, reterr_text);
}

/* Take the path apart and find its directory. */
int ext4_place_find(
	struct ext4 *fs, const char *path, struct ext4_place *ret_place, char **reterr_text)
{
	char *copy = text_format("%s", path), *slash = NULL;
	size_t length = strlen(copy);
	int r = 0;

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	slash = strrchr(copy, '/');
	*ret_place = (struct ext4_place){.fs = fs, .path = path, .copy = copy};
	if (slash == NULL || slash[1] == '\0' || strcmp(slash + 1, ".") == 0 ||
		strcmp(slash + 1, "..") == 0)
		return text_fail(reterr_text, -EINVAL, "'%s' is no place for a file", path);
	if (strlen(slash + 1) > EXT4_NAME_MAX)
		return text_fail(reterr_text, -ENAMETOOLONG,
			"'%s': the name is longer than %d bytes", path, EXT4_NAME_MAX);
	*slash = '\0';
	ret_place->name = slash + 1;
	r = ext4_walk(fs, copy, true, &ret_place->directory, reterr_text);
	return r == 0 ? ext4_place_fail(ret_place,
				ext2fs_check_directory(fs->fs, ret_place->directory), reterr_text)
		      : r;
}

/* The inode that has the name; 0: none. */
int ext4_place_look(const struct ext4_place *place, ext2_ino_t *ret_inode, char **reterr_text)
{
	errcode_t code = ext2fs_lookup(place->fs->fs, place->directory, place->name,
		(int)strlen(place->name), NULL, ret_inode);

	if (code != EXT2_ET_FILE_NOT_FOUND)
		return ext4_place_fail(place, code, reterr_text);
	*ret_inode = 0;
	return 0;
}

/* One name less: with the last one go the blocks, the attributes and the inode itself. */
static int drop_inode(const struct ext4_place *place, ext2_ino_t number, char **reterr_text)
{
	ext2_filsys fs = place->fs->fs;
	struct ext2_inode_large inode = {0};
	errcode_t code = 0;
	int r = ext4_read_inode(place->fs, number, place->path, &inode, reterr_text);

	if (r < 0)
		return r;
	if (inode.i_links_count > 1) {
		inode.i_links_count--;
		code = ext2fs_write_inode_full(fs, number, EXT2_INODE(&inode), sizeof(inode));
		return ext4_place_fail(place, code, reterr_text);
	}
	inode.i_links_count = 0;
	inode.i_dtime = (uint32_t)ext4_now(place->fs);
	code = ext2fs_free_ext_attr(fs, number, &inode);
	if (code == 0 && ext2fs_inode_has_valid_blocks2(fs, EXT2_INODE(&inode)))
		code = ext2fs_punch(fs, number, EXT2_INODE(&inode), NULL, 0, ~0ULL);
	if (code == 0)
		code = ext2fs_write_inode_full(fs, number, EXT2_INODE(&inode), sizeof(inode));
	if (code == 0)
		ext2fs_inode_alloc_stats2(fs, number, -1, 0);
	return ext4_place_fail(place, code, reterr_text);
}

int ext4_place_remove(const struct ext4_place *place, ext2_ino_t number, char **reterr_text)
{
	ext2_filsys fs = place->fs->fs;
	errcode_t code = ext2fs_check_directory(fs, number);

	if (code == 0)
		return text_fail(
			reterr_text, -EISDIR, "'%s' is a directory in the image", place->path);
	if (code == EXT2_ET_NO_DIRECTORY)
		code = ext2fs_unlink(fs, place->directory, place->name, number, 0);
	return code == 0 ? drop_inode(place, number, reterr_text)
			 : ext4_place_fail(place, code, reterr_text);
}

/* Find where a new file goes, and make room there. */
int ext4_place_clear(
	struct ext4 *fs, const char *path, struct ext4_place *ret_place, char **reterr_text)
{
	ext2_ino_t old = 0;
	int r = ext4_place_find(fs, path, ret_place, reterr_text);

	if (r == 0)
		r = ext4_place_look(ret_place, &old, reterr_text);
	return r == 0 && old != 0 ? ext4_place_remove(ret_place, old, reterr_text) : r;
}

static int type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return EXT2_FT_REG_FILE;
	case S_IFCHR:
		return EXT2_FT_CHRDEV;
	case S_IFBLK:
		return EXT2_FT_BLKDEV;
	case S_IFIFO:
		return EXT2_FT_FIFO;
	case S_IFSOCK:
		return EXT2_FT_SOCK;
	case S_IFLNK:
		return EXT2_FT_SYMLINK;
	default:
		return EXT2_FT_UNKNOWN;
	}
}

/* A directory that is full gets one more block. */
errcode_t ext4_place_link(const struct ext4_place *place, ext2_ino_t number, mode_t mode)
{
	ext2_filsys fs = place->fs->fs;
	int type = type_of(mode);
	errcode_t code = ext2fs_link(fs, place->directory, place->name, number, type);

	if (code != EXT2_ET_DIR_NO_SPACE)
		return code;
	code = ext2fs_expand_dir(fs, place->directory);
	return code == 0 ? ext2fs_link(fs, place->directory, place->name, number, type) : code;
}
