/* SPDX-License-Identifier: MIT
 * What the child that has an image does with files that come in. */
#include "launcher/edit/put.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/edit/record.h"

/* What is left of the content of a file. */
struct content {
	int stream;
	uint64_t left;
};

static ssize_t read_content(void *context, void *data, size_t size)
{
	struct content *content = context;
	ssize_t length = 0;

	if (content->left == 0)
		return 0;
	if (size > content->left)
		size = (size_t)content->left;
	do
		length = read(content->stream, data, size);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	/* Who sends it has ended. */
	if (length == 0)
		return -EPIPE;
	content->left -= (uint64_t)length;
	return length;
}

/* Is there a directory, perhaps behind a symlink? */
static bool is_directory(struct ext4 *fs, const char *path)
{
	struct ext4_file file = {0};
	OWNED_MEMORY char *ignored = NULL;

	return ext4_find(fs, path, true, &file, &ignored) == 0 && S_ISDIR(file.mode);
}

static bool ends_with_slash(const char *path)
{
	return path[0] != '\0' && path[strlen(path) - 1] == '/';
}

/* Where it goes: the path, or its name in the directory there. The caller frees it. */
static char *place_of(struct ext4 *fs, const struct record *record)
{
	bool into = !S_ISDIR(record->file.mode) && !S_ISLNK(record->file.mode) &&
		    record->target[0] != '\0' &&
		    (ends_with_slash(record->path) || is_directory(fs, record->path));

	if (!into)
		return text_format("%s", record->path);
	return text_format(
		"%s%s%s", record->path, ends_with_slash(record->path) ? "" : "/", record->target);
}

static int put(struct ext4 *fs, const char *path, const struct record *record, int stream,
	char **reterr_text)
{
	const struct ext4_file *file = &record->file;

	if (S_ISREG(file->mode))
		return ext4_put_file(fs, path, file, read_content,
			&(struct content){stream, file->size}, reterr_text);
	if (S_ISLNK(file->mode))
		return ext4_put_symlink(fs, path, record->target, file, reterr_text);
	if (S_ISDIR(file->mode))
		return is_directory(fs, path) ? 0 : ext4_put_directory(fs, path, file, reterr_text);
	return ext4_put_node(fs, path, file, reterr_text);
}

int put_all(struct ext4 *fs, int stream, char **reterr_text)
{
	while (true) {
		OWNED_RECORD record = {0};
		OWNED_MEMORY char *path = NULL;
		int r = record_receive(stream, &record);

		if (r < 0)
			return text_fail(reterr_text, r, "what was to go into it was cut");
		if (r == 0)
			return 0;
		path = place_of(fs, &record);
		r = ext4_make_parents(fs, path, reterr_text);
		if (r == 0)
			r = put(fs, path, &record, stream, reterr_text);
		if (r < 0)
			return r;
	}
}
