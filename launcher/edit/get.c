/* SPDX-License-Identifier: MIT
 * What the child that has an image tells of the files in it. */
#include "launcher/edit/get.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/edit/record.h"

#define CHUNK_SIZE ((size_t)1024 * 1024)
#define HOLES_MOST 1024 /* times the file system */
#define ENTRY_SIZE 12	/* bytes of a directory: what the shortest name takes */

/* The names in a directory. */
struct names {
	struct name {
		char *text;
		uint32_t inode;
	} * items;
	size_t n, room;
	size_t max; /* that there is room for in the file system */
};

/* What was seen of the file system. */
struct tree {
	struct ext4 *fs;
	int output;
	bool content;
	uint32_t *seen; /* directories, by their inodes */
	size_t n_seen;
};

static int send_tree(struct tree *tree, const struct ext4_file *file, const char *path,
	const char *below, char **reterr_text);

static int say_lost(int error, char **reterr_text)
{
	return text_fail(reterr_text, error, "cannot be told of: %s", strerror(-error));
}

static bool add_name(void *context, const char *text, uint32_t inode)
{
	struct names *names = context;

	if (names->n == names->max)
		return false;
	if (names->n == names->room) {
		names->room = names->room == 0 ? 64 : 2 * names->room;
		names->items = reallocarray(names->items, names->room, sizeof(names->items[0]));
		if (names->items == NULL)
			abort();
	}
	names->items[names->n++] = (struct name){.text = text_format("%s", text), .inode = inode};
	return true;
}

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i].text);
	free(names->items);
}

static int compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	return strcmp(a->text, b->text);
}

/* In the order of the names; free them in any case. */
static int read_names(struct tree *tree, const char *path, uint32_t directory,
	struct names *ret_names, char **reterr_text)
{
	int r = 0;

	ret_names->max = ext4_space(tree->fs) / ENTRY_SIZE;
	r = ext4_each(tree->fs, path, directory, add_name, ret_names, reterr_text);
	/* Its blocks may be one block many times. */
	if (r == 0 && ret_names->n == ret_names->max)
		r = text_fail(reterr_text, -EFBIG, "'%s' has too many names to be true", path);
	if (ret_names->n > 0)
		qsort(ret_names->items, ret_names->n, sizeof(ret_names->items[0]), compare);
	return r;
}

/* Nearly all of a file can be holes, but more than this is there to keep us busy. */
static int check_size(
	struct ext4 *fs, const char *path, const struct ext4_file *file, char **reterr_text)
{
	if (!S_ISREG(file->mode) ||
		(file->size <= RECORD_SIZE_MAX && file->size / HOLES_MOST <= ext4_space(fs)))
		return 0;
	return text_fail(reterr_text, -EFBIG, "'%s' is too large to be true", path);
}

static int send_content(struct ext4 *fs, const char *path, const struct ext4_file *file, int output,
	char **reterr_text)
{
	OWNED_MEMORY char *data = malloc(CHUNK_SIZE);
	uint64_t at = 0;

	if (data == NULL)
		abort();
	while (at < file->size) {
		uint64_t left = file->size - at;
		ssize_t length = ext4_read(fs, path, file->inode, at, data,
			left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE, reterr_text);
		int r = 0;

		if (length < 0)
			return (int)length;
		if (length == 0)
			return text_fail(reterr_text, -EINVAL,
				"'%s' ends before its end in the image", path);
		r = bytes_write(output, data, (size_t)length);
		if (r < 0)
			return say_lost(r, reterr_text);
		at += (uint64_t)length;
	}
	return 0;
}

int get_content(struct ext4 *fs, const char *path, int output, char **reterr_text)
{
	struct ext4_file file = {0};
	int r = ext4_find(fs, path, true, &file, reterr_text);

	if (r < 0)
		return r;
	if (!S_ISREG(file.mode))
		return text_fail(
			reterr_text, -EINVAL, "'%s' is no regular file in the image", path);
	r = check_size(fs, path, &file, reterr_text);
	return r < 0 ? r : send_content(fs, path, &file, output, reterr_text);
}

/* One record, with the content where that is asked for. */
static int send_one(struct tree *tree, const struct ext4_file *file, const char *path,
	const char *below, char **reterr_text)
{
	OWNED_RECORD record = {.file = *file, .path = text_format("%s", below)};
	int r = 0;

	if (S_ISLNK(file->mode))
		r = ext4_read_symlink(tree->fs, path, file->inode, &record.target, reterr_text);
	if (r == 0)
		r = check_size(tree->fs, path, file, reterr_text);
	if (r < 0)
		return r;
	r = record_send(tree->output, &record);
	if (r < 0)
		return say_lost(r, reterr_text);
	return tree->content && S_ISREG(file->mode)
		       ? send_content(tree->fs, path, file, tree->output, reterr_text)
		       : 0;
}

/* A directory that is met for the second time is in itself, or as if. */
static bool see(struct tree *tree, uint32_t inode)
{
	for (size_t i = 0; i < tree->n_seen; i++)
		if (tree->seen[i] == inode)
			return false;
	tree->seen = reallocarray(tree->seen, tree->n_seen + 1, sizeof(tree->seen[0]));
	if (tree->seen == NULL)
		abort();
	tree->seen[tree->n_seen++] = inode;
	return true;
}

static int send_child(struct tree *tree, const struct name *name, const char *path,
	const char *below, char **reterr_text)
{
	OWNED_MEMORY char *deeper = text_format("%s/%s", path, name->text);
	OWNED_MEMORY char *relative =
		text_format("%s%s%s", below, below[0] == '\0' ? "" : "/", name->text);
	struct ext4_file file = {0};
	int r = ext4_look(tree->fs, name->inode, deeper, &file, reterr_text);

	if (r < 0)
		return r;
	return tree->content ? send_tree(tree, &file, deeper, relative, reterr_text)
			     : send_one(tree, &file, deeper, relative, reterr_text);
}

static int send_children(struct tree *tree, const struct ext4_file *file, const char *path,
	const char *below, char **reterr_text)
{
	struct names names = {0};
	int r = read_names(tree, path, file->inode, &names, reterr_text);

	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = send_child(tree, &names.items[i], path, below, reterr_text);
	free_names(&names);
	return r;
}

static int send_tree(struct tree *tree, const struct ext4_file *file, const char *path,
	const char *below, char **reterr_text)
{
	int r = send_one(tree, file, path, below, reterr_text);

	if (r < 0 || !S_ISDIR(file->mode))
		return r;
	if (!see(tree, file->inode))
		return text_fail(reterr_text, -ELOOP,
			"'%s' is a directory that is in two places of the image", path);
	return send_children(tree, file, path, below, reterr_text);
}

int get_list(struct ext4 *fs, const char *path, int output, char **reterr_text)
{
	struct tree tree = {.fs = fs, .output = output};
	struct ext4_file file = {0};
	int r = ext4_find(fs, path, false, &file, reterr_text);

	if (r < 0)
		return r;
	return S_ISDIR(file.mode) ? send_children(&tree, &file, path, "", reterr_text)
				  : send_one(&tree, &file, path, path, reterr_text);
}

int get_tree(struct ext4 *fs, const char *path, int output, char **reterr_text)
{
	struct tree tree = {.fs = fs, .output = output, .content = true};
	struct ext4_file file = {0};
	int r = ext4_find(fs, path, true, &file, reterr_text);

	if (r == 0)
		r = send_tree(&tree, &file, path, "", reterr_text);
	free(tree.seen);
	return r;
}
