/* SPDX-License-Identifier: MIT
 * A snapshot goes, and all other states of the disks stay. */
#include "launcher/change/snapshot-drop.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/backing-own.h"
#include "launcher/disk/overlay-unfinished.h"
#include "launcher/disk/overlay.h"
#include "launcher/disk/snapshots.h"
#include "launcher/host/host.h"
#include "launcher/sandbox/run.h"
#include "launcher/sandbox/sandbox.h"

#define TOOL_TIMEOUT (24 * 60 * 60 * 1000) /* ms: a large disk on a slow one */

/* A removal: the snapshot `at` of the list. */
struct drop {
	const struct vm *vm;
	const struct vmdir *vmdir;
	json_t *array;
	size_t at;
	int signals;
};

static char *overlay_of(const struct drop *drop, size_t snapshot, size_t disk)
{
	return snapshots_file(drop->vmdir->path, drop->array, snapshot, disk);
}

/* Is what is below all of the disk's files what it was, as qemu-img opens it all? */
static int check_disk(const struct drop *drop, size_t disk, char **reterr_text)
{
	OWNED_MEMORY char *file = overlay_of(drop, drop->at, disk);
	OWNED_MEMORY char *last = overlay_of(drop, json_array_size(drop->array) - 1, disk);
	OWNED_CHAIN chain = {0};

	if (file == NULL)
		return 0;
	if (disk >= drop->vm->n_disks || last == NULL ||
		!overlay_is_written(&drop->vm->disks[disk]))
		return text_fail(reterr_text, -EINVAL,
			"snapshot '%s' has a disk, '%s', that the VM does not write to any more",
			snapshots_label(drop->array, drop->at), file);
	return backing_notes_check(last, false, &chain, reterr_text);
}

static size_t count_disks(const struct drop *drop)
{
	return json_array_size(json_object_get(json_array_get(drop->array, drop->at), "disks"));
}

/* Let the overlay above, if there is one, be over what is below this one. */
static int raise_above(const struct drop *drop, size_t disk, char **reterr_text)
{
	OWNED_MEMORY char *above = drop->at + 1 < json_array_size(drop->array)
					   ? overlay_of(drop, drop->at + 1, disk)
					   : NULL;
	OWNED_MEMORY char *below = drop->at == 0 ? text_format("%s", drop->vm->disks[disk].path)
						 : overlay_of(drop, drop->at - 1, disk);
	const char *relative = file_relative(drop->vmdir->path, below);
	OWNED_MEMORY char *name = text_format("%s%s", relative == below ? "" : "./", relative);
	bool raw = drop->at == 0 && drop->vm->disks[disk].format == VM_FORMAT_RAW;
	char *const argv[] = {"qemu-img", "rebase", "-q", "-u", "-f", "qcow2", "-b", name, "-F",
		raw ? "raw" : "qcow2", above, NULL};
	int r = 0;

	if (above == NULL)
		return 0;
	backing_notes_expect(above, &(struct backing){.name = name, .qcow2 = !raw});
	r = tool_run(argv, drop->signals, TOOL_TIMEOUT, NULL, reterr_text);
	if (r == 0)
		backing_notes_made(above);
	return r;
}

/* Have qemu-img open what was seen and nothing else: another user's image further below may name
 * any file by now, and what is read there would get into the user's. */
static int commit_held(const struct drop *drop, char *const argv[], const char *file,
	const struct backing_chain *chain, char **reterr_text)
{
	OWNED_MEMORY const char **read = calloc(chain->n + 1, sizeof(*read));

	if (read == NULL)
		abort();
	for (size_t i = 0; i < chain->n; i++)
		read[i] = chain->items[i].path;
	return sandbox_run(&(struct sandbox_run){.argv = argv,
				   .read = read,
				   .n_read = chain->n,
				   .written = file,
				   .below = read[0],
				   .max = INT64_MAX,
				   .signals = drop->signals,
				   .timeout = TOOL_TIMEOUT},
		reterr_text);
}

static int commit(const struct drop *drop, char *file, char **reterr_text)
{
	OWNED_MEMORY char *program = host_find_program("", getenv("PATH"), "qemu-img");
	OWNED_CHAIN chain = {0};
	char *const argv[] = {program, "commit", "-q", "-d", "-f", "qcow2", file, NULL};
	int r = backing_notes_check(file, false, &chain, reterr_text);

	if (r == 0 && program == NULL)
		r = text_fail(reterr_text, -ENOENT, "there is no program 'qemu-img'");
	if (r < 0)
		return r;
	r = backing_own_check_all(file, reterr_text);
	if (r == -EPERM && sandbox_possible())
		return commit_held(drop, argv, file, &chain, reterr_text);
	return r < 0 ? r : tool_run(argv, drop->signals, TOOL_TIMEOUT, NULL, reterr_text);
}

/* Put what was written since the snapshot into the file below. */
static int merge_disk(const struct drop *drop, size_t disk, char **reterr_text)
{
	OWNED_MEMORY char *file = overlay_of(drop, drop->at, disk);
	int r = file == NULL ? 0 : commit(drop, file, reterr_text);

	if (r == 0 && file != NULL)
		r = raise_above(drop, disk, reterr_text);
	return r;
}

static int merge(const struct drop *drop, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count_disks(drop); i++)
		r = merge_disk(drop, i, &error);
	/* The list is to forget the overlay when the disk has the rest. */
	if (r == 0 && syncfs(drop->vmdir->fd) < 0)
		r = text_fail(&error, -errno, "%s", strerror(errno));
	return r < 0 ? text_fail(reterr_text, r,
			       "snapshot '%s' is not removed yet: %s; 'owrun snapshot rm' goes on",
			       snapshots_label(drop->array, drop->at), error)
		     : 0;
}

/* Take it out of the list, and then its files away. */
static int forget(const struct drop *drop, char **reterr_text)
{
	json_auto_t *rest = json_copy(drop->array);
	int r = 0;

	json_array_remove(rest, drop->at);
	r = snapshots_write(drop->vmdir, rest, reterr_text);
	overlay_unfinished_sweep(drop->vmdir, r < 0 ? drop->array : rest);
	for (size_t i = 0; r == 0 && i < count_disks(drop); i++) {
		OWNED_MEMORY char *file = overlay_of(drop, drop->at, i);

		if (file != NULL)
			(void)!vmdir_unlink(drop->vmdir, file_relative(drop->vmdir->path, file));
	}
	return r;
}

int snapshot_drop(const struct vm *vm, const struct vmdir *vmdir, const char *label, int signals,
	char **reterr_text)
{
	json_auto_t *array = NULL;
	struct drop drop = {.vm = vm, .vmdir = vmdir, .signals = signals};
	int r = overlay_read(vm, vmdir, &array, reterr_text), at = 0;

	if (r < 0)
		return r;
	at = snapshots_find(array, label);
	if (at < 0)
		return text_fail(reterr_text, -ENOENT, "the VM has no snapshot '%s'", label);
	drop.array = array;
	drop.at = (size_t)at;
	for (size_t i = 0; r == 0 && i < count_disks(&drop); i++)
		r = check_disk(&drop, i, reterr_text);
	json_object_set_new(json_array_get(array, drop.at), SNAPSHOTS_REMOVING, json_true());
	if (r == 0)
		r = snapshots_write(vmdir, array, reterr_text);
	if (r == 0)
		r = merge(&drop, reterr_text);
	return r < 0 ? r : forget(&drop, reterr_text);
}
