/* SPDX-License-Identifier: MIT
 * A copy of a kept VM: its disks. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/copy.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/change/clone-conf.h"
#include "launcher/change/clone-private.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/backing.h"
#include "launcher/disk/snapshots.h"

/* What a path leads to now, and no FIFO, for which nobody could wait. */
static int open_elsewhere(const char *path, char **reterr_text)
{
	OWNED_FD found = own_lead_open(path, geteuid(), reterr_text);
	OWNED_MEMORY char *self = text_format("/proc/self/fd/%d", found);
	OWNED_FD fd = found < 0 ? -1 : open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st = {0};

	if (found < 0)
		return found;
	if (fd < 0 || fstat(fd, &st) < 0)
		return text_fail(reterr_text, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return text_fail(reterr_text, -EINVAL, "it is no file");
	return cleanup_steal_fd(&fd);
}

/* Open a file of the source's directory, or a disk elsewhere. */
static int open_source(const struct growth *growth, const char *path, char **reterr_text)
{
	const char *name = file_relative(growth->source.vmdir.path, path);
	OWNED_MEMORY char *reason = NULL;
	int fd = -1;

	if (name != path && strchr(name, '/') == NULL)
		fd = vmdir_open_file(&growth->source.vmdir, name, SIZE_MAX, &reason);
	else
		fd = open_elsewhere(path, &reason);
	return fd < 0 ? text_fail(reterr_text, fd, "cannot copy '%s': %s", path, reason) : fd;
}

static int copy(const struct growth *growth, const char *path, const char *name, char **reterr_text)
{
	OWNED_FD from = open_source(growth, path, reterr_text);
	OWNED_FD to = -1;
	int r = 0;

	if (from < 0)
		return from;
	to = vmdir_make_file(&growth->target, name);
	r = to < 0 ? to : copy_file(from, to, growth->clone->signals);
	if (r == 0 && fsync(to) < 0)
		r = -errno;
	return r < 0 ? text_fail(reterr_text, r, "cannot copy '%s': %s", path,
			       r == -EINTR ? "interrupted" : strerror(-r))
		     : 0;
}

/* What is below a disk must be there for the copy as well. */
static int check_below(const char *path, struct backing_chain *ret_chain, char **reterr_text)
{
	int r = backing_notes_check(path, false, ret_chain, reterr_text);

	if (r == 0 && ret_chain->n > 0 && ret_chain->items[0].name[0] != '/' &&
		strncmp(ret_chain->items[0].name, "./", 2) != 0)
		return text_fail(reterr_text, -EINVAL,
			"disk '%s' has '%s' below it, which a copy elsewhere would not find; 'qemu-img rebase -u' can name it by its whole path",
			path, ret_chain->items[0].name);
	return r;
}

/* Another user's image may say something else by the time that it is read; what the copy says is
 * the user's own word. */
static int check_copy(
	const char *path, const char *copied, const struct backing_chain *chain, char **reterr_text)
{
	const struct backing *checked = chain->n > 0 ? &chain->items[0] : NULL;
	struct backing below = {0};
	bool over = backing_read(copied, &below) > 0;
	bool same = over == (checked != NULL) && !backing_has_data_file(copied) &&
		    (!over || (below.qcow2 == checked->qcow2 &&
				      strcmp(below.name, checked->name) == 0));

	backing_free(&below);
	return same ? 0
		    : text_fail(reterr_text, -EPERM,
			      "disk '%s' was made to name another file while it was copied", path);
}

static int copy_qcow2(
	const struct growth *growth, const char *path, const char *name, char **reterr_text)
{
	OWNED_MEMORY char *copied = text_format("%s/%s", growth->target.path, name);
	OWNED_CHAIN chain = {0};
	int r = check_below(path, &chain, reterr_text);

	if (r == 0)
		r = copy(growth, path, name, reterr_text);
	return r < 0 ? r : check_copy(path, copied, &chain, reterr_text);
}

/* A disk, and what it is since each snapshot. */
static int copy_disk(const struct growth *growth, size_t i, char **reterr_text)
{
	const struct vm_disk *disk = &growth->source.vm.disks[i];
	OWNED_MEMORY char *name = clone_conf_disk(&growth->source.vm, i, growth->source.vmdir.path);
	bool own = strcmp(file_relative(growth->source.vmdir.path, disk->path), name) == 0;
	int r = 0;

	if (!own && json_array_size(growth->snapshots) > 0)
		return text_fail(reterr_text, -EINVAL,
			"disk '%s' is not in the VM's directory and has snapshots there, which a copy could not have",
			disk->path);
	r = disk->format == VM_FORMAT_QCOW2 ? copy_qcow2(growth, disk->path, name, reterr_text)
					    : copy(growth, disk->path, name, reterr_text);
	for (size_t j = 0; r == 0 && j < json_array_size(growth->snapshots); j++) {
		OWNED_MEMORY char *path =
			snapshots_file(growth->source.vmdir.path, growth->snapshots, j, i);

		if (path != NULL)
			r = copy_qcow2(growth, path, file_relative(growth->source.vmdir.path, path),
				reterr_text);
	}
	return r;
}

int clone_copy_disks(const struct growth *growth, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < growth->source.vm.n_disks; i++)
		if (clone_conf_copies(&growth->source.vm.disks[i]))
			r = copy_disk(growth, i, reterr_text);
	if (r == 0 && json_array_size(growth->snapshots) > 0)
		r = snapshots_write(&growth->target, growth->snapshots, reterr_text);
	return r;
}

void clone_note_disks(const struct growth *growth)
{
	for (size_t i = 0; i < growth->source.vm.n_disks; i++) {
		OWNED_MEMORY char *name =
			clone_conf_disk(&growth->source.vm, i, growth->source.vmdir.path);
		OWNED_MEMORY char *path = text_format("%s/%s", growth->target.path, name);

		if (!clone_conf_copies(&growth->source.vm.disks[i]))
			continue;
		backing_notes_made(path);
		for (size_t j = 0; j < json_array_size(growth->snapshots); j++) {
			OWNED_MEMORY char *overlay =
				snapshots_file(growth->target.path, growth->snapshots, j, i);

			if (overlay != NULL)
				backing_notes_made(overlay);
		}
	}
}
