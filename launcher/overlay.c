/* SPDX-License-Identifier: MIT
 * Snapshots of a VM that was created: qcow2 overlays over its disks. */
#include "launcher/overlay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/text.h"
#include "launcher/tool.h"
#include "launcher/vmdir.h"

#define TOOL_TIMEOUT 60000 /* ms */

/* The array of {label, time, disks: the paths of vm.conf}; the caller gives it back. */
static json_t *read_snapshots(const char *directory)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_SNAPSHOTS, directory);
	json_t *array = json_load_file(path, 0, NULL);

	if (json_is_array(array))
		return array;
	json_decref(array);
	array = json_array();
	if (array == NULL)
		abort();
	return array;
}

static int write_snapshots(const char *directory, const json_t *array, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_SNAPSHOTS, directory);
	OWNED_MEMORY char *temporary = text_format("%s.new", path);

	if (json_dump_file(array, temporary, JSON_INDENT(2)) != 0 || rename(temporary, path) < 0)
		return text_fail(reterr_text, -EIO, "cannot write '%s': %s", path, strerror(errno));
	return 0;
}

static const char *label_of(const json_t *array, size_t i)
{
	const char *label = json_string_value(json_object_get(json_array_get(array, i), "label"));

	return label == NULL ? "" : label;
}

static char *overlay_path(const char *directory, const char *label, size_t disk)
{
	return text_format("%s/%s.disk%zu.qcow2", directory, label, disk);
}

/* Is it a disk that the VM writes to? */
static bool written(const struct vm_disk *disk)
{
	return !disk->readonly && !disk->snapshot;
}

/* The snapshots hold for the disks that vm.conf had when they were taken. */
static int check_disks(
	const struct vm *vm, const json_t *array, const char *directory, char **reterr_text)
{
	const json_t *disks = json_object_get(json_array_get(array, 0), "disks");

	for (size_t i = 0; json_array_size(array) > 0 && i < vm->n_disks; i++) {
		const char *path = json_string_value(json_array_get(disks, i));

		if (written(&vm->disks[i]) &&
			(path == NULL || strcmp(path, vm->disks[i].path) != 0))
			return text_fail(reterr_text, -EINVAL,
				"the snapshots in '%s' are of disk '%s', and not of '%s'; without that directory's %s they are forgotten",
				directory, path == NULL ? "none" : path, vm->disks[i].path,
				VMDIR_SNAPSHOTS);
	}
	return 0;
}

int overlay_apply(struct vm *vm, const char *directory, char **reterr_text)
{
	json_t *array = read_snapshots(directory);
	size_t n = json_array_size(array);
	int r = check_disks(vm, array, directory, reterr_text);

	for (size_t i = 0; r == 0 && n > 0 && i < vm->n_disks; i++) {
		if (!written(&vm->disks[i]))
			continue;
		free(vm->disks[i].path);
		vm->disks[i].path = overlay_path(directory, label_of(array, n - 1), i);
		vm->disks[i].format = VM_FORMAT_QCOW2;
	}
	json_decref(array);
	return r;
}

/* Make the overlays of a snapshot over the files of the one before (n of the array), or over the
 * disks themselves. */
static int make_overlays(const struct vm *vm, const char *directory, const json_t *array, size_t n,
	const char *label, char **reterr_text)
{
	for (size_t i = 0; i < vm->n_disks; i++) {
		const struct vm_disk *disk = &vm->disks[i];
		OWNED_MEMORY char *below =
			n == 0 ? text_format("%s", disk->path)
			       : overlay_path(directory, label_of(array, n - 1), i);
		OWNED_MEMORY char *path = overlay_path(directory, label, i);
		OWNED_MEMORY char *temporary = text_format("%s.new", path);
		bool raw = n == 0 && disk->format == VM_FORMAT_RAW;
		char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F",
			raw ? "raw" : "qcow2", temporary, NULL};
		int r = 0;

		if (!written(disk))
			continue;
		r = tool_run(argv, TOOL_TIMEOUT, NULL, reterr_text);
		if (r < 0) {
			unlink(temporary);
			return text_fail(reterr_text, r, "disk '%s': %s", disk->path, *reterr_text);
		}
		if (rename(temporary, path) < 0)
			return text_fail(
				reterr_text, -errno, "cannot make '%s': %s", path, strerror(errno));
	}
	return 0;
}

/* The number of the snapshot of that label; negative: there is none. */
static int find(const json_t *array, const char *label)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (strcmp(label_of(array, i), label) == 0)
			return (int)i;
	return -ENOENT;
}

static json_t *disk_paths(const struct vm *vm)
{
	json_t *paths = json_array();

	for (size_t i = 0; i < vm->n_disks; i++)
		json_array_append_new(paths, json_string(vm->disks[i].path));
	return paths;
}

static void remove_overlays(const char *directory, const char *label)
{
	for (size_t i = 0; i < VM_DISKS_MAX; i++) {
		OWNED_MEMORY char *path = overlay_path(directory, label, i);

		unlink(path);
	}
}

static int take_new(const struct vm *vm, const char *directory, json_t *array, const char *label,
	char **reterr_text)
{
	size_t n = json_array_size(array), disks = 0;
	int r = check_disks(vm, array, directory, reterr_text);

	for (size_t i = 0; i < vm->n_disks; i++)
		disks += written(&vm->disks[i]) ? 1 : 0;
	if (r == 0 && disks == 0)
		return text_fail(reterr_text, -EINVAL, "the VM has no disk that it writes to");
	if (r == 0 && find(array, label) >= 0)
		return text_fail(reterr_text, -EEXIST, "there is a snapshot '%s' already", label);
	if (r < 0)
		return r;
	r = make_overlays(vm, directory, array, n, label, reterr_text);
	if (r < 0) {
		remove_overlays(directory, label);
		return r;
	}
	json_array_append_new(array, json_pack("{s:s, s:I, s:o}", "label", label, "time",
					     (json_int_t)time(NULL), "disks", disk_paths(vm)));
	return write_snapshots(directory, array, reterr_text);
}

int overlay_take(const struct vm *vm, const char *directory, const char *label, char **reterr_text)
{
	json_t *array = read_snapshots(directory);
	int r = take_new(vm, directory, array, label, reterr_text);

	json_decref(array);
	return r;
}

static int restore_to(const struct vm *vm, const char *directory, json_t *array, const char *label,
	size_t *ret_later, char **reterr_text)
{
	size_t n = json_array_size(array);
	int at = find(array, label), r = 0;

	if (n == 0)
		return text_fail(reterr_text, -ENOENT, "the VM has no snapshot");
	if (at < 0)
		return text_fail(reterr_text, -ENOENT, "the VM has no snapshot '%s'", label);
	r = check_disks(vm, array, directory, reterr_text);
	if (r == 0)
		r = make_overlays(
			vm, directory, array, (size_t)at, label_of(array, (size_t)at), reterr_text);
	if (r < 0)
		return r;
	*ret_later = n - 1 - (size_t)at;
	while (json_array_size(array) > (size_t)at + 1) {
		remove_overlays(directory, label_of(array, json_array_size(array) - 1));
		json_array_remove(array, json_array_size(array) - 1);
	}
	return write_snapshots(directory, array, reterr_text);
}

int overlay_restore(const struct vm *vm, const char *directory, const char *label,
	size_t *ret_later, char **reterr_text)
{
	json_t *array = read_snapshots(directory);
	int r = restore_to(vm, directory, array, label, ret_later, reterr_text);

	json_decref(array);
	return r;
}

json_t *overlay_list(const char *directory)
{
	json_t *array = read_snapshots(directory);

	for (size_t i = 0; i < json_array_size(array); i++)
		json_object_del(json_array_get(array, i), "disks");
	return array;
}

void overlay_remove_all(const char *directory)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_SNAPSHOTS, directory);
	json_t *array = read_snapshots(directory);

	for (size_t i = 0; i < json_array_size(array); i++)
		remove_overlays(directory, label_of(array, i));
	unlink(path);
	json_decref(array);
}
