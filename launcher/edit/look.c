/* SPDX-License-Identifier: MIT
 * Files of an image that are looked at: a child has the image, as it may be hostile. */
#include "launcher/edit/look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/edit/get.h"

struct job {
	struct partition partition;
	const char *path;
	enum look_kind kind;
};

static int work(void *context, char **reterr_text)
{
	static int (*const get[])(
		struct ext4 * fs, const char *path, int output, char **reterr_text) = {
		[LOOK_CONTENT] = get_content, [LOOK_LIST] = get_list, [LOOK_TREE] = get_tree};
	const struct job *job = context;
	struct ext4 *fs = NULL;
	int r = ext4_open(
		WORKER_FD(0), job->partition.offset, job->partition.size, false, &fs, reterr_text);

	if (r < 0)
		return r;
	r = get[job->kind](fs, job->path, WORKER_FD(1), reterr_text);
	ext4_drop(fs);
	return r;
}

int look_start(const struct edit *edit, const char *path, enum look_kind kind,
	struct look *ret_look, char **reterr_text)
{
	struct job job = {.partition = *edit->root, .path = path, .kind = kind};
	struct worker worker = WORKER_NONE;
	int stream[2] = {-1, -1}, r = 0;

	if (edit->root->content == PARTITION_SQUASHFS)
		return text_fail(reterr_text, -EOPNOTSUPP,
			"image '%s' has a squashfs, which owrun does not read; 'unsquashfs' does",
			edit->disk.path);
	if (pipe2(stream, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	r = worker_start(work, &job, (int[]){edit_fd(edit), stream[1]}, 2, &worker);
	cleanup_close(&stream[1]);
	if (r < 0) {
		cleanup_close(&stream[0]);
		return text_fail(reterr_text, r, "%s", strerror(-r));
	}
	*ret_look = (struct look){.worker = worker, .stream = stream[0]};
	return 0;
}

int look_finish(struct look *look, const struct edit *edit, char **reterr_text)
{
	int r = 0;

	cleanup_close(&look->stream);
	r = worker_finish(&look->worker, reterr_text);
	return r < 0 ? edit_fail(edit, r, reterr_text) : 0;
}

void look_stop(struct look *look)
{
	cleanup_close(&look->stream);
	worker_stop(&look->worker);
}

char *look_read(const struct edit *edit, const char *path, size_t max)
{
	OWNED_LOOK look = LOOK_NONE;
	OWNED_MEMORY char *ignored = NULL;
	OWNED_MEMORY char *text = calloc(1, max + 1);
	char *read = text;
	ssize_t length = 0;

	if (text == NULL)
		abort();
	if (look_start(edit, path, LOOK_CONTENT, &look, &ignored) < 0)
		return NULL;
	length = bytes_read(look.stream, text, max + 1);
	if (length < 0 || (size_t)length > max || look_finish(&look, edit, &ignored) < 0)
		return NULL;
	text[length] = '\0';
	text = NULL;
	return read;
}
