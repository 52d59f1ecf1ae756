/* SPDX-License-Identifier: MIT
 * An image whose inside is looked at or changed, whatever its format. */
#include "launcher/edit/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/backing-own.h"
#include "launcher/download/pull.h"
#include "launcher/host/host.h"
#include "launcher/image/convert.h"
#include "launcher/sandbox/run.h"

#define TIMEOUT (30 * 60 * 1000) /* ms: a large image on a slow disk */
#define TOOL_WORDS 8
#define PROGRAMS "/usr/sbin:/sbin" /* also where the PATH does not lead */

char *edit_find_program(const char *name, const char *package, char **reterr_text)
{
	const char *path = getenv("PATH");
	OWNED_MEMORY char *places = text_format("%s:" PROGRAMS, path == NULL ? "" : path);
	char *program = host_find_program("", places, name);

	if (program == NULL)
		text_fail(reterr_text, -ENOENT,
			"needs '%s', which is not on your PATH; on Debian it is in the package '%s'",
			name, package);
	return program;
}

static int convert(const struct edit *edit, const char *from, const struct backing_chain *below,
	const char *formats[2], const char *to, char **reterr_text)
{
	OWNED_MEMORY char *program = edit_find_program("qemu-img", "qemu-utils", reterr_text);

	if (program == NULL)
		return -ENOENT;
	return convert_run(&(struct convert){.program = program,
				   .from = from,
				   .from_format = formats[0],
				   .below = below,
				   .to = to,
				   .to_format = formats[1],
				   .max = PULL_SIZE_MAX,
				   .signals = edit->disk.signals,
				   .timeout = TIMEOUT},
		reterr_text);
}

/* What is below it, where that may be read. */
static int find_below(
	const struct edit_disk *disk, struct backing_chain *ret_chain, char **reterr_text)
{
	struct backing below = {0};
	int r = 0;

	if (backing_has_data_file(disk->path))
		return text_fail(reterr_text, -EPERM, "keeps its data in another file");
	if (disk->below == EDIT_MADE)
		return backing_follow(disk->path, ret_chain, reterr_text);
	if (disk->below == EDIT_NOTED) {
		r = disk->trust_backing ? 0 : backing_own_check_all(disk->path, reterr_text);
		return r < 0 ? r
			     : backing_notes_check(
				       disk->path, disk->trust_backing, ret_chain, reterr_text);
	}
	r = backing_read(disk->path, &below);
	if (r > 0)
		text_fail(reterr_text, -EPERM,
			"has '%s' below it, and only a VM's disk may stand on another file",
			below.name);
	backing_free(&below);
	return r > 0 ? -EPERM : 0;
}

/* The content of a qcow2 image in a raw file beside it, which is removed in the end. */
static int unfold(struct edit *edit, char **reterr_text)
{
	OWNED_MEMORY char *path = realpath(edit->disk.path, NULL);
	OWNED_CHAIN chain = {0};
	int r = path == NULL ? text_fail(reterr_text, -errno, "%s", strerror(errno))
			     : find_below(&edit->disk, &chain, reterr_text);

	if (r < 0)
		return r;
	edit->stood = chain.n > 0;
	edit->fd = scratch_make_beside(path, &edit->raw);
	if (edit->fd < 0)
		return text_fail(reterr_text, edit->fd, "cannot be copied to a file beside it: %s",
			strerror(-edit->fd));
	return convert(
		edit, path, &chain, (const char *[]){"qcow2", "raw"}, edit->raw, reterr_text);
}

static int open_raw(struct edit *edit, bool write, char **reterr_text)
{
	int r = write ? scratch_open(edit->disk.path, &edit->scratch, reterr_text)
		      : own_lead_check(edit->disk.path, geteuid(), reterr_text);

	if (r < 0 || edit->disk.qcow2)
		return r;
	if (write)
		return scratch_fill(&edit->scratch, reterr_text);
	edit->fd = open(edit->disk.path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return edit->fd < 0 ? text_fail(reterr_text, -errno, "image '%s': %s", edit->disk.path,
				      strerror(errno))
			    : 0;
}

int edit_fd(const struct edit *edit)
{
	return edit->fd >= 0 ? edit->fd : edit->scratch.fd;
}

static int find_root(struct edit *edit, char **reterr_text)
{
	int r = partition_read(edit_fd(edit), &edit->table, reterr_text);

	if (r < 0)
		return r;
	edit->root = partition_find_root(&edit->table);
	return edit->root != NULL
		       ? 0
		       : text_fail(reterr_text, -EINVAL,
				 "no root file system is found in it, of ext4 or squashfs");
}

int edit_fail(const struct edit *edit, int error, char **reterr_text)
{
	return text_fail(reterr_text, error, "image '%s': %s", edit->disk.path, *reterr_text);
}

int edit_open(const struct edit_disk *disk, bool write, struct edit *ret_edit, char **reterr_text)
{
	int r = 0;

	*ret_edit = (struct edit)EDIT_NONE;
	ret_edit->disk = *disk;
	r = open_raw(ret_edit, write, reterr_text);
	if (r < 0)
		return r;
	if (disk->qcow2)
		r = unfold(ret_edit, reterr_text);
	if (r == 0)
		r = find_root(ret_edit, reterr_text);
	return r < 0 ? edit_fail(ret_edit, r, reterr_text) : 0;
}

int edit_commit(struct edit *edit, char **reterr_text)
{
	const struct backing_chain none = {0};
	int r = !edit->disk.qcow2
			? 0
			: convert(edit, edit->raw, &none, (const char *[]){"raw", "qcow2"},
				  edit->scratch.copy, reterr_text);

	if (r < 0)
		return edit_fail(edit, r, reterr_text);
	r = scratch_commit(&edit->scratch, reterr_text);
	if (r == 0 && edit->disk.qcow2 && edit->disk.below == EDIT_NOTED)
		backing_notes_made(edit->disk.path);
	return r;
}

void edit_close(struct edit *edit)
{
	if (edit->raw != NULL)
		unlink(edit->raw);
	free(edit->raw);
	edit->raw = NULL;
	cleanup_close(&edit->fd);
	scratch_free(&edit->scratch);
}

const char *edit_file(const struct edit *edit)
{
	return edit->raw != NULL ? edit->raw : edit->scratch.copy;
}

int edit_run_tool(const struct edit *edit, const char *name, const char *package,
	char *const argv[], const char *read, int timeout, char **reterr_text)
{
	OWNED_MEMORY char *program = edit_find_program(name, package, reterr_text);
	char *words[TOOL_WORDS] = {program};
	struct stat st = {0};

	if (program == NULL)
		return -ENOENT;
	if (fstat(edit_fd(edit), &st) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	for (size_t i = 1; argv[i] != NULL && i < TOOL_WORDS - 1; i++)
		words[i] = argv[i];
	return sandbox_run(&(struct sandbox_run){.argv = words,
				   .read = &read,
				   .n_read = read == NULL ? 0 : 1,
				   .written = edit_file(edit),
				   .max = (uint64_t)st.st_size,
				   .signals = edit->disk.signals,
				   .timeout = timeout},
		reterr_text);
}

int edit_repair(const struct edit *edit, const struct partition *partition, char **reterr_text)
{
	OWNED_MEMORY char *where = text_format(
		"%s?offset=%llu", edit_file(edit), (unsigned long long)partition->offset);
	char *const argv[] = {NULL, "-p", where, NULL};

	return edit_run_tool(edit, "e2fsck", "e2fsprogs", argv, NULL, TIMEOUT, reterr_text);
}
