/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: more names for a file, and its extended attributes. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

static int add_link(
	const struct ext4_place *place, const struct ext4_file *file, char **reterr_text)
{
	ext2_filsys fs = place->fs->fs;
	struct ext2_inode_large inode = {0};
	int r = ext4_read_inode(place->fs, file->inode, place->path, &inode, reterr_text);
	errcode_t code = 0;

	if (r < 0)
		return r;
	inode.i_links_count++;
	code = ext4_place_link(place, file->inode, file->mode);
	if (code == 0)
		code = ext2fs_write_inode_full(fs, file->inode, EXT2_INODE(&inode), sizeof(inode));
	return ext4_place_fail(place, code, reterr_text);
}

int ext4_put_link(struct ext4 *fs, const char *path, const char *old, char **reterr_text)
{
	OWNED_EXT4_PLACE place = {0};
	struct ext4_file file = {0};
	ext2_ino_t number = 0;
	int r = ext4_find(fs, old, false, &file, reterr_text);

	if (r == 0 && S_ISDIR(file.mode))
		r = text_fail(reterr_text, -EISDIR, "'%s' is a directory in the image", old);
	if (r == 0 && file.links >= EXT4_LINKS_MAX)
		r = ext4_fail(EMLINK, old, reterr_text);
	if (r == 0)
		r = ext4_place_find(fs, path, &place, reterr_text);
	if (r == 0)
		r = ext4_place_look(&place, &number, reterr_text);
	if (r < 0 || number == file.inode)
		return r;
	if (number != 0)
		r = ext4_place_remove(&place, number, reterr_text);
	return r == 0 ? add_link(&place, &file, reterr_text) : r;
}

static bool has_prefix(const char *name)
{
	static const char *const prefixes[] = {"user.", "trusted.", "security.", "system."};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

int ext4_put_xattr(struct ext4 *fs, const char *path, const char *name, const void *value,
	size_t size, char **reterr_text)
{
	struct ext2_xattr_handle *handle = NULL;
	struct ext4_file file = {0};
	errcode_t code = 0, closed = 0;
	int r = ext4_find(fs, path, false, &file, reterr_text);

	if (r < 0)
		return r;
	if (!has_prefix(name))
		return text_fail(reterr_text, -EOPNOTSUPP,
			"'%s' has an attribute '%s', which ext4 does not keep", path, name);
	code = ext2fs_xattrs_open(fs->fs, file.inode, &handle);
	if (code == 0)
		code = ext2fs_xattrs_read(handle);
	if (code == 0)
		code = ext2fs_xattr_set(handle, name, value, size);
	if (handle != NULL)
		closed = ext2fs_xattrs_close(&handle);
	code = code == 0 ? closed : code;
	return code == 0 ? 0 : ext4_fail(code, path, reterr_text);
}
