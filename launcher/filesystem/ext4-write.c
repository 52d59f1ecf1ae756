/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: files that are made. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

#define MTIME_EXTRA_MASK 3U

static void set_times(struct ext2_inode_large *inode, int64_t mtime, int64_t now)
{
	uint32_t extra = (uint32_t)((mtime - (int32_t)mtime) >> 32) & MTIME_EXTRA_MASK;

	inode->i_mtime = inode->i_atime = (uint32_t)mtime;
	inode->i_ctime = (uint32_t)now;
	if (EXT4_HAS(inode, i_crtime)) {
		inode->i_mtime_extra = inode->i_atime_extra = extra;
		inode->i_ctime_extra = 0;
		inode->i_crtime = (uint32_t)now;
	}
}

static int set_attributes(const struct ext4_place *place, ext2_ino_t number,
	const struct ext4_file *file, char **reterr_text)
{
	ext2_filsys fs = place->fs->fs;
	struct ext2_inode_large inode = {0};
	int r = ext4_read_inode(place->fs, number, place->path, &inode, reterr_text);

	if (r < 0)
		return r;
	inode.i_mode = (uint16_t)((inode.i_mode & S_IFMT) | (file->mode & ~(mode_t)S_IFMT));
	inode.i_uid = (uint16_t)file->uid;
	inode.i_gid = (uint16_t)file->gid;
	ext2fs_set_i_uid_high(inode, (uint16_t)(file->uid >> 16));
	ext2fs_set_i_gid_high(inode, (uint16_t)(file->gid >> 16));
	set_times(&inode, file->mtime, ext4_now(place->fs));
	return ext4_place_fail(place,
		ext2fs_write_inode_full(fs, number, EXT2_INODE(&inode), sizeof(inode)),
		reterr_text);
}

static void set_device(struct ext2_inode *inode, uint32_t major, uint32_t minor)
{
	if (major < 256 && minor < 256)
		inode->i_block[0] = major << 8 | minor;
	else
		inode->i_block[1] =
			(minor & 0xff) | (major & 0xfff) << 8 | (minor & ~(uint32_t)0xff) << 12;
}

/* Files of a file system with extents have them from the beginning. */
static errcode_t set_extents(ext2_filsys fs, ext2_ino_t number, struct ext2_inode *inode)
{
	ext2_extent_handle_t handle = NULL;
	errcode_t code = 0;

	if (!ext2fs_has_feature_extents(fs->super))
		return 0;
	code = ext2fs_extent_open2(fs, number, inode, &handle);
	if (code == 0)
		ext2fs_extent_free(handle);
	return code;
}

/* Make an inode that is no directory, with its name. */
static int add_inode(const struct ext4_place *place, const struct ext4_file *file, mode_t type,
	ext2_ino_t *ret_inode, char **reterr_text)
{
	ext2_filsys fs = place->fs->fs;
	struct ext2_inode inode = {.i_mode = (uint16_t)type, .i_links_count = 1};
	ext2_ino_t number = 0;
	errcode_t code = ext2fs_new_inode(fs, place->directory, (int)type, NULL, &number);

	if (code == 0)
		code = ext4_place_link(place, number, type);
	if (code != 0)
		return ext4_place_fail(place, code, reterr_text);
	ext2fs_inode_alloc_stats2(fs, number, 1, 0);
	if (S_ISCHR(type) || S_ISBLK(type))
		set_device(&inode, file->major, file->minor);
	else if (S_ISREG(type))
		code = set_extents(fs, number, &inode);
	if (code == 0)
		code = ext2fs_write_new_inode(fs, number, &inode);
	*ret_inode = number;
	return ext4_place_fail(place, code, reterr_text);
}

int ext4_put_file(struct ext4 *fs, const char *path, const struct ext4_file *file,
	ssize_t (*read)(void *context, void *data, size_t size), void *context, char **reterr_text)
{
	OWNED_EXT4_PLACE place = {0};
	ext2_ino_t number = 0;
	int r = ext4_place_clear(fs, path, &place, reterr_text);

	if (r == 0)
		r = add_inode(&place, file, S_IFREG, &number, reterr_text);
	if (r == 0)
		r = ext4_write_content(fs, path, number, read, context, reterr_text);
	return r == 0 ? set_attributes(&place, number, file, reterr_text) : r;
}

static ssize_t read_fd(void *context, void *data, size_t size)
{
	ssize_t length = 0;

	do
		length = read(*(const int *)context, data, size);
	while (length < 0 && errno == EINTR);
	return length < 0 ? -errno : length;
}

int ext4_put_fd(
	struct ext4 *fs, const char *path, const struct ext4_file *file, int fd, char **reterr_text)
{
	return ext4_put_file(fs, path, file, read_fd, &fd, reterr_text);
}

int ext4_put_node(
	struct ext4 *fs, const char *path, const struct ext4_file *file, char **reterr_text)
{
	OWNED_EXT4_PLACE place = {0};
	ext2_ino_t number = 0;
	int r = ext4_place_clear(fs, path, &place, reterr_text);

	if (r == 0)
		r = add_inode(&place, file, file->mode & S_IFMT, &number, reterr_text);
	return r == 0 ? set_attributes(&place, number, file, reterr_text) : r;
}

int ext4_put_symlink(struct ext4 *fs, const char *path, const char *target,
	const struct ext4_file *file, char **reterr_text)
{
	struct ext4_file symlink = *file;
	OWNED_EXT4_PLACE place = {0};
	ext2_ino_t number = 0;
	errcode_t code = 0;
	int r = 0;

	if (target[0] == '\0' || strlen(target) >= fs->fs->blocksize)
		return text_fail(reterr_text, -ENAMETOOLONG,
			"'%s': what the symlink leads to is empty, or too long", path);
	r = ext4_place_clear(fs, path, &place, reterr_text);
	if (r < 0)
		return r;
	code = ext2fs_symlink(fs->fs, place.directory, 0, place.name, target);
	if (code == EXT2_ET_DIR_NO_SPACE) {
		code = ext2fs_expand_dir(fs->fs, place.directory);
		if (code == 0)
			code = ext2fs_symlink(fs->fs, place.directory, 0, place.name, target);
	}
	if (code != 0)
		return ext4_place_fail(&place, code, reterr_text);
	symlink.mode = 0777;
	r = ext4_place_look(&place, &number, reterr_text);
	return r == 0 ? set_attributes(&place, number, &symlink, reterr_text) : r;
}

/* Make a directory with that name, which nothing has. */
static int add_directory(const struct ext4_place *place, ext2_ino_t *ret_inode, char **reterr_text)
{
	ext2_filsys fs = place->fs->fs;
	struct ext2_inode_large above = {0};
	errcode_t code = 0;
	int r = ext4_read_inode(place->fs, place->directory, place->path, &above, reterr_text);

	if (r < 0)
		return r;
	if (above.i_links_count >= EXT4_LINKS_MAX)
		return ext4_place_fail(place, EMLINK, reterr_text);
	code = ext2fs_mkdir(fs, place->directory, 0, place->name);
	if (code == EXT2_ET_DIR_NO_SPACE) {
		code = ext2fs_expand_dir(fs, place->directory);
		if (code == 0)
			code = ext2fs_mkdir(fs, place->directory, 0, place->name);
	}
	return code == 0 ? ext4_place_look(place, ret_inode, reterr_text)
			 : ext4_place_fail(place, code, reterr_text);
}

/* The directory that has the name, made where there is none. */
static int find_directory(const struct ext4_place *place, ext2_ino_t *ret_inode, char **reterr_text)
{
	int r = ext4_place_look(place, ret_inode, reterr_text);

	if (r < 0 || (*ret_inode != 0 && ext2fs_check_directory(place->fs->fs, *ret_inode) == 0))
		return r;
	if (*ret_inode != 0)
		r = ext4_place_remove(place, *ret_inode, reterr_text);
	return r == 0 ? add_directory(place, ret_inode, reterr_text) : r;
}

int ext4_put_directory(
	struct ext4 *fs, const char *path, const struct ext4_file *file, char **reterr_text)
{
	OWNED_EXT4_PLACE place = {.fs = fs, .path = path};
	ext2_ino_t number = EXT2_ROOT_INO;
	int r = 0;

	if (path[0] == '\0' || path[strspn(path, "/")] != '\0') {
		r = ext4_place_find(fs, path, &place, reterr_text);
		if (r == 0)
			r = find_directory(&place, &number, reterr_text);
	}
	return r == 0 ? set_attributes(&place, number, file, reterr_text) : r;
}

/* A directory of that path, made where nothing is. */
static int make_parent(struct ext4 *fs, const char *path, char **reterr_text)
{
	const struct ext4_file file = {.mode = S_IFDIR | 0755, .mtime = ext4_now(fs)};
	OWNED_MEMORY char *error = NULL;
	struct ext4_file found = {0};
	int r = ext4_find(fs, path, true, &found, &error);

	if (r == -ENOENT)
		return ext4_put_directory(fs, path, &file, reterr_text);
	return r < 0 ? text_fail(reterr_text, r, "%s", error) : 0;
}

int ext4_make_parents(struct ext4 *fs, const char *path, char **reterr_text)
{
	OWNED_MEMORY char *part = text_format("%s", path);
	char *slash = part + strspn(part, "/");
	int r = 0;

	/* A '/' at the end, or two of them, name nothing more. */
	while (r == 0 && (slash = strchr(slash, '/')) != NULL &&
		slash[strspn(slash, "/")] != '\0') {
		*slash = '\0';
		r = make_parent(fs, part, reterr_text);
		*slash = '/';
		slash += strspn(slash, "/");
	}
	return r;
}
