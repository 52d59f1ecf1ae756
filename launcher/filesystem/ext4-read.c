/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: what is in files, symlinks and directories. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

#define TARGET_MAX 4096 /* bytes that a symlink leads to */

ssize_t ext4_read(struct ext4 *fs, const char *path, uint32_t inode, uint64_t offset, void *data,
	size_t size, char **reterr_text)
{
	ext2_file_t file = NULL;
	unsigned int length = 0;
	errcode_t code = ext2fs_file_open(fs->fs, inode, 0, &file);

	if (code == 0)
		code = ext2fs_file_llseek(file, offset, EXT2_SEEK_SET, NULL);
	if (code == 0)
		code = ext2fs_file_read(file, data, (unsigned int)size, &length);
	if (file != NULL)
		ext2fs_file_close(file);
	return code == 0 ? (ssize_t)length : ext4_fail(code, path, reterr_text);
}

int ext4_read_symlink(
	struct ext4 *fs, const char *path, uint32_t number, char **ret_target, char **reterr_text)
{
	struct ext2_inode_large inode = {0};
	OWNED_MEMORY char *target = calloc(1, TARGET_MAX + 1);
	int r = ext4_read_inode(fs, number, path, &inode, reterr_text);
	size_t size = EXT2_I_SIZE(&inode);

	if (target == NULL)
		abort();
	if (r == 0 && (!S_ISLNK(inode.i_mode) || size > TARGET_MAX))
		r = text_fail(reterr_text, -EINVAL, "'%s' is a symlink that makes no sense", path);
	if (r < 0)
		return r;
	if (ext2fs_is_fast_symlink(EXT2_INODE(&inode)))
		memcpy(target, inode.i_block,
			size < sizeof(inode.i_block) ? size : sizeof(inode.i_block));
	else if (ext4_read(fs, path, number, 0, target, TARGET_MAX, reterr_text) < 0)
		return -EINVAL;
	*ret_target = target;
	target = NULL;
	return 0;
}

struct walk {
	bool (*visit)(void *context, const char *name, uint32_t inode);
	void *context;
};

static int visit_entry(ext2_ino_t directory, int number, struct ext2_dir_entry *entry, int offset,
	int block_size, char *block, void *context)
{
	const struct walk *walk = context;
	char name[EXT4_NAME_MAX + 1] = "";
	size_t length = (size_t)ext2fs_dirent_name_len(entry);

	(void)directory;
	(void)number;
	(void)offset;
	(void)block_size;
	(void)block;
	memcpy(name, entry->name, length);
	if (length == 0 || strlen(name) != length || strchr(name, '/') != NULL ||
		strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	return walk->visit(walk->context, name, entry->inode) ? 0 : DIRENT_ABORT;
}

int ext4_each(struct ext4 *fs, const char *path, uint32_t directory,
	bool (*visit)(void *context, const char *name, uint32_t inode), void *context,
	char **reterr_text)
{
	struct walk walk = {.visit = visit, .context = context};
	errcode_t code = ext2fs_dir_iterate2(fs->fs, directory, 0, NULL, visit_entry, &walk);

	return code == 0 ? 0 : ext4_fail(code, path, reterr_text);
}
