/* SPDX-License-Identifier: MIT
 * An image of an ext4 made of a tar: the side of the parent. */
#include "launcher/mkimage/mkimage.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/new-file.h"
#include "launcher/base/text.h"
#include "launcher/base/wait-line.h"
#include "launcher/edit/scratch.h"
#include "launcher/filesystem/ext4-make.h"
#include "launcher/mkimage/private.h"
#include "launcher/sandbox/worker.h"

/* The UUID of images that are the same each time. */
static const uint8_t same_id[EXT4_UUID_SIZE] = {0x6f, 0x77, 0x76, 0x6d, 0x6d, 0x6b, 0x41, 0x6d,
	0x81, 0x67, 0x65, 0x00, 0x00, 0x00, 0x00, 0x01};

static int fill(void *context, char **reterr_text)
{
	const struct mkimage *mkimage = context;

	return mkimage_fill(mkimage, WORKER_FD(0), WORKER_FD(1), reterr_text);
}

/* Names in a tar are UTF-8, or bytes that are taken as they are: libarchive goes by the locale,
 * which is a file that the child cannot open. */
static int start(struct mkimage *mkimage, int tar, int image, struct worker *ret_worker)
{
	int r = 0;

	setlocale(LC_CTYPE, "C.UTF-8");
	r = worker_start(fill, mkimage, (int[]){tar, image}, 2, ret_worker);
	setlocale(LC_CTYPE, "C");
	return r;
}

/* Wait until the fd can be read. Returns 0 or -EINTR: a signal came first. */
static int await(const struct mkimage *mkimage, int fd)
{
	struct pollfd waits[] = {
		{.fd = fd, .events = POLLIN}, {.fd = mkimage->signals, .events = POLLIN}};
	OWNED_WAIT_LINE line = {0};
	int n = 0;

	wait_line_start(&line, mkimage->image);
	while ((n = poll(waits, 2, wait_line_left(&line, -1))) == 0 || (n < 0 && errno == EINTR))
		wait_line_show(&line);
	return waits[0].revents != 0 ? 0 : -EINTR;
}

/* Let a child put the tar into the file system. */
static int fill_confined(
	const struct mkimage *mkimage, int tar, const struct new_file *file, char **reterr_text)
{
	struct worker worker = WORKER_NONE;
	struct mkimage copy = *mkimage;
	int r = start(&copy, tar, file->fd, &worker);

	if (r < 0)
		return text_fail(reterr_text, r, "cannot start a process: %s", strerror(-r));
	if (await(mkimage, worker.said) == 0)
		return worker_finish(&worker, reterr_text);
	worker_stop(&worker);
	return -EINTR;
}

/* Who writes to a FIFO may come late, or never. */
static int open_tar(const struct mkimage *mkimage, char **reterr_text)
{
	OWNED_FD fd = open(mkimage->tar, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return text_fail(reterr_text, -errno, "'%s': %s", mkimage->tar, strerror(errno));
	if (await(mkimage, fd) < 0)
		return text_fail(reterr_text, -EINTR, "interrupted");
	return cleanup_steal_fd(&fd);
}

/* Before all the work is done. */
static int check(const struct mkimage *mkimage, char **reterr_text)
{
	struct stat st = {0};

	if (stat(mkimage->image, &st) == 0 && S_ISDIR(st.st_mode))
		return text_fail(reterr_text, -EISDIR,
			"'%s' is a directory; '--output' is the name of a file", mkimage->image);
	if (!mkimage->replace && access(mkimage->image, F_OK) == 0)
		return text_fail(reterr_text, -EEXIST,
			"'%s' is there already; '--force' replaces it", mkimage->image);
	return 0;
}

/* Who has no mode of his own for it has the one that files get. */
static mode_t mode_of(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return (S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) & ~mask;
}

/* Nothing that came from outside is in it yet. */
static int make_empty(
	const struct mkimage *mkimage, const struct new_file *file, char **reterr_text)
{
	uint8_t id[EXT4_UUID_SIZE] = {0};
	int fd = -1;

	if (mkimage->reproducible)
		memcpy(id, same_id, sizeof(id));
	else if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return text_fail(reterr_text, -EIO, "there is no random UUID to be had");
	if (ftruncate(file->fd, (off_t)mkimage->size) == 0)
		fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return text_fail(
			reterr_text, -errno, "cannot make '%s': %s", file->path, strerror(errno));
	return ext4_make(fd, mkimage->size, id, mkimage->now, reterr_text);
}

static int make(const struct mkimage *mkimage, int tar, struct new_file *file, char **reterr_text)
{
	int r = make_empty(mkimage, file, reterr_text);

	if (r < 0)
		return r;
	r = fill_confined(mkimage, tar, file, reterr_text);
	if (r == -EINTR)
		return text_fail(reterr_text, r, "interrupted");
	if (r < 0)
		return text_fail(
			reterr_text, r, "no image is made of '%s': %s", mkimage->tar, *reterr_text);
	return new_file_finish(file, mode_of(), mkimage->replace, reterr_text);
}

int mkimage_make(const struct mkimage *mkimage, char **reterr_text)
{
	OWNED_NEW_FILE file = NEW_FILE_NONE;
	/* The image that is replaced: a VM would go on with a file that has no name. */
	OWNED_FD old = open(mkimage->image, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	OWNED_FD tar = -1;
	int r = check(mkimage, reterr_text);

	if (r == 0 && old >= 0)
		r = scratch_lock(old, mkimage->image, reterr_text);
	if (r < 0)
		return r;
	tar = open_tar(mkimage, reterr_text);
	if (tar < 0)
		return tar;
	r = new_file_open(mkimage->image, &file, reterr_text);
	return r < 0 ? r : make(mkimage, tar, &file, reterr_text);
}
