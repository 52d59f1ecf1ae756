/* SPDX-License-Identifier: MIT
 * An ext4 in a raw image: which inode a path leads to.
 *
 * The library's own walker believes the size of a symlink, which may be a lie. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

#define SYMLINKS_MAX 40 /* on one way, as in Linux */

/* How far it is. */
struct way {
	struct ext4 *fs;
	const char *path; /* as it was given, for sentences */
	char *text;	  /* what is left of it is in there; owned */
	const char *rest;
	ext2_ino_t at;
	unsigned int symlinks;
};

/* Let a symlink's target be in front of what is left. */
static int follow_symlink(struct way *way, ext2_ino_t symlink, const char *left, char **reterr_text)
{
	OWNED_MEMORY char *target = NULL;
	char *text = NULL;
	int r = 0;

	if (++way->symlinks > SYMLINKS_MAX)
		return ext4_fail(EXT2_ET_SYMLINK_LOOP, way->path, reterr_text);
	r = ext4_read_symlink(way->fs, way->path, symlink, &target, reterr_text);
	if (r < 0)
		return r;
	if (target[0] == '/')
		way->at = EXT2_ROOT_INO;
	text = text_format("%s%s", target, left);
	free(way->text);
	way->rest = way->text = text;
	return 0;
}

/* Go to the part of the path that is the first of what is left, or where a symlink there leads. */
static int step(struct way *way, bool follow, char **reterr_text)
{
	const char *part = way->rest + strspn(way->rest, "/");
	size_t length = strcspn(part, "/");
	ext2_ino_t next = 0;
	struct ext4_file file = {0};
	errcode_t code = ext2fs_check_directory(way->fs->fs, way->at);
	int r = 0;

	if (code == 0)
		code = length > EXT4_NAME_MAX ? ENAMETOOLONG
					      : ext2fs_lookup(way->fs->fs, way->at, part,
							(int)length, NULL, &next);
	if (code != 0)
		return ext4_fail(code, way->path, reterr_text);
	r = ext4_look(way->fs, next, way->path, &file, reterr_text);
	if (r < 0)
		return r;
	if (S_ISLNK(file.mode) && (follow || part[length] != '\0'))
		return follow_symlink(way, next, part + length, reterr_text);
	way->at = next;
	way->rest = part + length;
	return 0;
}

int ext4_walk(
	struct ext4 *fs, const char *path, bool follow, ext2_ino_t *ret_inode, char **reterr_text)
{
	struct way way = {.fs = fs, .path = path, .rest = path, .at = EXT2_ROOT_INO};
	int r = 0;

	while (r == 0 && way.rest[strspn(way.rest, "/")] != '\0')
		r = step(&way, follow, reterr_text);
	free(way.text);
	*ret_inode = way.at;
	return r;
}

int ext4_find(struct ext4 *fs, const char *path, bool follow, struct ext4_file *ret_file,
	char **reterr_text)
{
	ext2_ino_t number = 0;
	int r = ext4_walk(fs, path, follow, &number, reterr_text);

	return r == 0 ? ext4_look(fs, number, path, ret_file, reterr_text) : r;
}
