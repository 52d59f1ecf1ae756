/* SPDX-License-Identifier: MIT
 * Files that get into an image. */
#include "launcher/edit/inject.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/edit/pack.h"
#include "launcher/edit/put.h"
#include "launcher/edit/sysupgrade.h"
#include "launcher/filesystem/ext4.h"
#include "launcher/sandbox/worker.h"

#define PIPE_SIZE (1024 * 1024)

static int put_records(void *context, char **reterr_text)
{
	const struct partition *partition = context;
	struct ext4 *fs = NULL;
	int r = ext4_open(WORKER_FD(0), partition->offset, partition->size, true, &fs, reterr_text);

	if (r < 0)
		return r;
	r = put_all(fs, WORKER_FD(1), reterr_text);
	if (r == 0)
		return ext4_close(fs, reterr_text);
	ext4_drop(fs);
	return r;
}

/* The fd is that of the archive. */
static int pack_records(void *context, char **reterr_text)
{
	(void)context;
	return pack_all(WORKER_FD(1), WORKER_FD(0), reterr_text);
}

static int send_all(
	const struct inject *inject, const struct source_stream *stream, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < inject->n; i++)
		r = source_send(stream, &inject->sources[i], reterr_text);
	return r;
}

/* Have a child do its work with a fd, and with all of the sources. Where it ends first it says why;
 * where the sources cannot be read it is ended. */
static int feed(const struct inject *inject, const struct edit *edit,
	int (*work)(void *context, char **reterr_text), int fd, char **reterr_text)
{
	struct partition partition = *edit->root;
	struct worker worker = WORKER_NONE;
	int stream[2] = {-1, -1}, r = 0;

	if (pipe2(stream, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	(void)fcntl(stream[1], F_SETPIPE_SZ, PIPE_SIZE);
	r = worker_start(work, &partition, (int[]){fd, stream[0]}, 2, &worker);
	cleanup_close(&stream[0]);
	if (r < 0)
		text_fail(reterr_text, r, "%s", strerror(-r));
	else
		r = send_all(inject,
			&(struct source_stream){.fd = stream[1],
				.signals = edit->disk.signals,
				.uid = inject->uid,
				.gid = inject->gid},
			reterr_text);
	cleanup_close(&stream[1]);
	if (worker.pid == 0 || (r < 0 && r != -EPIPE)) {
		worker_stop(&worker);
		return r;
	}
	r = worker_finish(&worker, reterr_text);
	return r < 0 ? edit_fail(edit, r, reterr_text) : 0;
}

static int put_into_ext4(const struct inject *inject, const struct edit *edit, char **reterr_text)
{
	OWNED_MEMORY char *repaired = NULL;
	int r = feed(inject, edit, put_records, edit_fd(edit), reterr_text);

	/* What e2fsck says matters where it was of no use. */
	if (r == -EUCLEAN) {
		(void)edit_repair(edit, edit->root, &repaired);
		r = feed(inject, edit, put_records, edit_fd(edit), reterr_text);
	}
	if (r == -EUCLEAN && repaired != NULL)
		text_fail(reterr_text, r, "%s, and that fails: %s", *reterr_text, repaired);
	return r;
}

/* The archive is a file for a moment, as mcopy wants a path. */
static int put_beside_squashfs(
	const struct inject *inject, const struct edit *edit, char **reterr_text)
{
	OWNED_MEMORY char *path = NULL;
	OWNED_FD fd = scratch_make_beside(edit->scratch.path, &path);
	int r = fd < 0 ? text_fail(reterr_text, fd, "cannot make a file beside '%s': %s",
				 edit->disk.path, strerror(-fd))
		       : feed(inject, edit, pack_records, fd, reterr_text);

	if (r == 0) {
		lseek(fd, 0, SEEK_SET);
		r = sysupgrade_put(edit, fd, path, reterr_text);
		r = r < 0 ? edit_fail(edit, r, reterr_text) : 0;
	}
	if (path != NULL)
		unlink(path);
	return r;
}

int inject_all(const struct inject *inject, const struct edit *edit, char **reterr_text)
{
	return (edit->root->content == PARTITION_SQUASHFS ? put_beside_squashfs : put_into_ext4)(
		inject, edit, reterr_text);
}
