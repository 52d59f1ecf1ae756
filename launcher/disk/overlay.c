/* SPDX-License-Identifier: MIT
 * Snapshots of a VM that was created: qcow2 overlays over its disks. */
#include "launcher/disk/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/disk/overlay-make.h"
#include "launcher/disk/overlay-unfinished.h"
#include "launcher/disk/snapshots.h"

bool overlay_is_written(const struct vm_disk *disk)
{
	return !disk->readonly && !disk->snapshot;
}

/* The snapshots hold for the disks that vm.conf had when they were taken. */
static int check_disk(const struct vm *vm, const json_t *array, size_t snapshot, size_t disk,
	const struct vmdir *vmdir, char **reterr_text)
{
	const json_t *disks = json_object_get(json_array_get(array, snapshot), "disks");
	const char *path = json_string_value(json_array_get(disks, disk));
	OWNED_MEMORY char *file = snapshots_file(vmdir->path, array, snapshot, disk);

	if (path == NULL || strcmp(file_relative(vmdir->path, path),
				    file_relative(vmdir->path, vm->disks[disk].path)) != 0)
		return text_fail(reterr_text, -EINVAL,
			"the snapshots in '%s' are of disk '%s', and not of '%s'; without that directory's %s they are forgotten",
			vmdir->path, path == NULL ? "none" : path, vm->disks[disk].path,
			VMDIR_SNAPSHOTS);
	if (file == NULL)
		return text_fail(reterr_text, -EINVAL,
			"snapshot '%s' in '%s' does not have disk '%s', which the VM did not write to then: make it readonly again in vm.conf",
			snapshots_label(array, snapshot), vmdir->path, path);
	return 0;
}

static int check_disks(
	const struct vm *vm, const json_t *array, const struct vmdir *vmdir, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(array); i++)
		for (size_t j = 0; r == 0 && j < vm->n_disks; j++)
			if (overlay_is_written(&vm->disks[j]))
				r = check_disk(vm, array, i, j, vmdir, reterr_text);
	return r;
}

int overlay_read(
	const struct vm *vm, const struct vmdir *vmdir, json_t **ret_array, char **reterr_text)
{
	int r = snapshots_read(vmdir, ret_array, reterr_text);

	return r < 0 ? r : check_disks(vm, *ret_array, vmdir, reterr_text);
}

int overlay_apply(struct vm *vm, const struct vmdir *vmdir, char **reterr_text)
{
	json_auto_t *array = NULL;
	int r = overlay_read(vm, vmdir, &array, reterr_text);
	size_t n = json_array_size(array);

	for (size_t i = 0; r == 0 && n > 0 && i < vm->n_disks; i++) {
		if (!overlay_is_written(&vm->disks[i]))
			continue;
		free(vm->disks[i].path);
		vm->disks[i].path = snapshots_file(vmdir->path, array, n - 1, i);
		vm->disks[i].format = VM_FORMAT_QCOW2;
	}
	return r;
}

/* Make the overlay of a disk, over its file of the snapshot before (n of the array) or over the
 * disk itself, and append its name to the files. */
static int make_overlay(const struct vm *vm, size_t i, const struct vmdir *vmdir,
	const json_t *array, size_t n, const char *label, json_t *files, char **reterr_text)
{
	const struct vm_disk *disk = &vm->disks[i];
	OWNED_MEMORY char *below = n == 0 ? text_format("%s", disk->path)
					  : snapshots_file(vmdir->path, array, n - 1, i);
	OWNED_MEMORY char *name = NULL;
	OWNED_MEMORY char *error = NULL;
	int r = overlay_make(&(struct overlay_new){.vmdir = vmdir,
				     .label = label,
				     .disk = i,
				     .below = below,
				     .raw = n == 0 && disk->format == VM_FORMAT_RAW},
		&name, &error);

	if (r < 0)
		return text_fail(reterr_text, r, "disk '%s': %s", disk->path, error);
	json_array_append_new(files, json_string(name));
	return 0;
}

static int make_overlays(const struct vm *vm, const struct vmdir *vmdir, const json_t *array,
	size_t n, const char *label, json_t *files, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		if (overlay_is_written(&vm->disks[i]))
			r = make_overlay(vm, i, vmdir, array, n, label, files, reterr_text);
		else
			json_array_append_new(files, json_null());
	return r;
}

static json_t *disk_paths(const struct vm *vm, const struct vmdir *vmdir)
{
	json_t *paths = json_array();

	for (size_t i = 0; i < vm->n_disks; i++)
		json_array_append_new(
			paths, json_string(file_relative(vmdir->path, vm->disks[i].path)));
	return paths;
}

/* Nothing that is there is touched before the new list is, and then all of it counts at once. */
static int take_new(const struct vm *vm, const struct vmdir *vmdir, json_t *array,
	const char *label, char **reterr_text)
{
	json_auto_t *files = json_array();
	size_t disks = 0;
	int r = 0;

	for (size_t i = 0; i < vm->n_disks; i++)
		disks += overlay_is_written(&vm->disks[i]) ? 1 : 0;
	if (disks == 0)
		return text_fail(reterr_text, -EINVAL, "the VM has no disk that it writes to");
	if (snapshots_find(array, label) >= 0)
		return text_fail(reterr_text, -EEXIST, "there is a snapshot '%s' already", label);
	r = make_overlays(vm, vmdir, array, json_array_size(array), label, files, reterr_text);
	if (r < 0) {
		overlay_unfinished_sweep(vmdir, array);
		return r;
	}
	json_array_append_new(array,
		json_pack("{s:s, s:I, s:o, s:O}", "label", label, "time", (json_int_t)time(NULL),
			"disks", disk_paths(vm, vmdir), "files", files));
	r = snapshots_write(vmdir, array, reterr_text);
	if (r < 0)
		json_array_remove(array, json_array_size(array) - 1);
	overlay_unfinished_sweep(vmdir, array);
	return r;
}

int overlay_take(
	const struct vm *vm, const struct vmdir *vmdir, const char *label, char **reterr_text)
{
	json_auto_t *array = NULL;
	int r = overlay_read(vm, vmdir, &array, reterr_text);

	if (r < 0)
		return r;
	overlay_unfinished_sweep(vmdir, array);
	return take_new(vm, vmdir, array, label, reterr_text);
}

/* Remove the overlays of a snapshot. */
static void remove_overlays(const struct vmdir *vmdir, const json_t *array, size_t snapshot)
{
	const json_t *item = json_array_get(array, snapshot);

	for (size_t i = 0; i < json_array_size(json_object_get(item, "disks")); i++) {
		OWNED_MEMORY char *path = snapshots_file(vmdir->path, array, snapshot, i);

		if (path != NULL)
			(void)!vmdir_unlink(vmdir, file_relative(vmdir->path, path));
	}
}

/* New overlays have other names than the old, which go when the list names the new: whenever owrun
 * is killed, the VM is as before or as at the snapshot. */
static int restore_to(const struct vm *vm, const struct vmdir *vmdir, const json_t *array,
	size_t at, char **reterr_text)
{
	json_auto_t *restored = json_deep_copy(array);
	json_auto_t *files = json_array();
	const char *label = snapshots_label(array, at);
	int r = 0;

	overlay_unfinished_sweep(vmdir, array);
	r = make_overlays(vm, vmdir, array, at, label, files, reterr_text);
	if (r < 0) {
		overlay_unfinished_sweep(vmdir, array);
		return r;
	}
	while (json_array_size(restored) > at + 1)
		json_array_remove(restored, at + 1);
	json_object_set(json_array_get(restored, at), "files", files);
	json_object_set_new(json_array_get(restored, at), "disks", disk_paths(vm, vmdir));
	r = snapshots_write(vmdir, restored, reterr_text);
	overlay_unfinished_sweep(vmdir, r < 0 ? array : restored);
	for (size_t i = at; r == 0 && i < json_array_size(array); i++)
		remove_overlays(vmdir, array, i);
	return r;
}

int overlay_restore(const struct vm *vm, const struct vmdir *vmdir, const char *label,
	size_t *ret_later, char **reterr_text)
{
	json_auto_t *array = NULL;
	int r = overlay_read(vm, vmdir, &array, reterr_text), at = 0;

	if (r < 0)
		return r;
	if (json_array_size(array) == 0)
		return text_fail(reterr_text, -ENOENT, "the VM has no snapshot");
	at = snapshots_find(array, label);
	if (at < 0)
		return text_fail(reterr_text, -ENOENT, "the VM has no snapshot '%s'", label);
	if (snapshots_removing(array, (size_t)at))
		return text_fail(reterr_text, -EINVAL,
			"snapshot '%s' was being removed, and is no whole state any more; 'owrun snapshot rm' goes on",
			label);
	r = restore_to(vm, vmdir, array, (size_t)at, reterr_text);
	if (r == 0)
		*ret_later = json_array_size(array) - 1 - (size_t)at;
	return r;
}

/* What the overlays of a snapshot take on the disk: what was written since, up to the next. */
static json_int_t bytes_of(const struct vmdir *vmdir, const json_t *array, size_t snapshot)
{
	const json_t *disks = json_object_get(json_array_get(array, snapshot), "disks");
	uint64_t bytes = 0;

	for (size_t i = 0; i < json_array_size(disks); i++) {
		OWNED_MEMORY char *path = snapshots_file(vmdir->path, array, snapshot, i);

		if (path != NULL)
			bytes += vmdir_file_bytes(vmdir, file_relative(vmdir->path, path));
	}
	return (json_int_t)bytes;
}

int overlay_list(const struct vmdir *vmdir, json_t **ret_array, char **reterr_text)
{
	json_auto_t *array = NULL;
	json_t *list = NULL;
	int r = snapshots_read(vmdir, &array, reterr_text);

	if (r < 0)
		return r;
	list = json_array();
	for (size_t i = 0; i < json_array_size(array); i++)
		json_array_append_new(
			list, json_pack("{s:s, s:O, s:I, s:b}", "label", snapshots_label(array, i),
				      "time", json_object_get(json_array_get(array, i), "time"),
				      "bytes", bytes_of(vmdir, array, i), SNAPSHOTS_REMOVING,
				      snapshots_removing(array, i)));
	*ret_array = list;
	return 0;
}

void overlay_remove_all(const struct vmdir *vmdir)
{
	OWNED_MEMORY char *error = NULL;
	json_auto_t *array = NULL;

	if (snapshots_read(vmdir, &array, &error) < 0) {
		text_say("%s, so they stay", error);
		return;
	}
	overlay_unfinished_sweep(vmdir, array);
	for (size_t i = 0; i < json_array_size(array); i++)
		remove_overlays(vmdir, array, i);
	(void)!vmdir_unlink(vmdir, VMDIR_SNAPSHOTS);
}
