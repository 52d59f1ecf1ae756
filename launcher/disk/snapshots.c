/* SPDX-License-Identifier: MIT
 * snapshots.json: the snapshots of a VM, and which files are its disks since each. */
#include "launcher/disk/snapshots.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/text.h"
#include "launcher/vm/vm.h"

#define WAY_OUT "the VM's disks are not known without it"

const char *snapshots_label(const json_t *array, size_t i)
{
	return json_string_value(json_object_get(json_array_get(array, i), "label"));
}

bool snapshots_removing(const json_t *array, size_t i)
{
	return json_is_true(json_object_get(json_array_get(array, i), SNAPSHOTS_REMOVING));
}

int snapshots_find(const json_t *array, const char *label)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (strcmp(snapshots_label(array, i), label) == 0)
			return (int)i;
	return -ENOENT;
}

char *snapshots_name(const char *label, size_t disk, unsigned int turn)
{
	if (turn == 0)
		return text_format("%s.disk%zu.qcow2", label, disk);
	return text_format("%s.disk%zu.%u.qcow2", label, disk, turn);
}

char *snapshots_file(const char *directory, const json_t *array, size_t snapshot, size_t disk)
{
	const json_t *item = json_array_get(array, snapshot);
	const json_t *files = json_object_get(item, "files");
	OWNED_MEMORY char *name = NULL;

	if (disk >= json_array_size(json_object_get(item, "disks")) ||
		json_is_null(json_array_get(files, disk)))
		return NULL;
	if (files != NULL)
		return text_format(
			"%s/%s", directory, json_string_value(json_array_get(files, disk)));
	name = snapshots_name(snapshots_label(array, snapshot), disk, 0);
	return text_format("%s/%s", directory, name);
}

static bool disks_valid(const json_t *disks)
{
	bool valid = json_is_array(disks) && json_array_size(disks) <= VM_DISKS_MAX;

	for (size_t i = 0; i < json_array_size(disks); i++)
		valid = valid && json_is_string(json_array_get(disks, i));
	return valid;
}

/* Are they names in the directory, as many as there are disks? */
static bool files_valid(const json_t *files, size_t n)
{
	bool valid = files == NULL || (json_is_array(files) && json_array_size(files) == n);

	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *name = json_string_value(file);

		valid = valid &&
			(json_is_null(file) || (name != NULL && name[0] != '\0' && name[0] != '.' &&
						       strchr(name, '/') == NULL));
	}
	return valid;
}

/* What is wrong with a snapshot, or NULL. */
static const char *complaint(const json_t *array, size_t i)
{
	const json_t *item = json_array_get(array, i);
	const json_t *disks = json_object_get(item, "disks");
	const char *label = snapshots_label(array, i);

	if (label == NULL || !vm_name_valid(label))
		return "has no label that is one";
	if (snapshots_find(array, label) != (int)i)
		return "has the label of another";
	if (!json_is_integer(json_object_get(item, "time")))
		return "has no time";
	if (!disks_valid(disks))
		return "does not tell its disks";
	if (!files_valid(json_object_get(item, "files"), json_array_size(disks)))
		return "does not tell its files";
	return NULL;
}

static int check(const char *path, const json_t *array, char **reterr_text)
{
	if (!json_is_array(array))
		return text_fail(reterr_text, -EINVAL,
			"cannot use '%s': it is no list of snapshots; " WAY_OUT, path);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *wrong = complaint(array, i);

		if (wrong != NULL)
			return text_fail(reterr_text, -EINVAL,
				"cannot use '%s': snapshot %zu %s; " WAY_OUT, path, i + 1, wrong);
	}
	return 0;
}

int snapshots_read(const struct vmdir *vmdir, json_t **ret_array, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_SNAPSHOTS, vmdir->path);
	OWNED_MEMORY char *reason = NULL;
	json_t *array = NULL;
	int r = vmdir_read(vmdir, VMDIR_SNAPSHOTS, &array, &reason);

	*ret_array = NULL;
	if (r < 0 && r != -ENOENT)
		return text_fail(
			reterr_text, -EINVAL, "cannot use '%s': %s; " WAY_OUT, path, reason);
	if (r < 0)
		array = json_array();
	r = check(path, array, reterr_text);
	if (r < 0)
		json_decref(array);
	else
		*ret_array = array;
	return r;
}

int snapshots_write(const struct vmdir *vmdir, const json_t *array, char **reterr_text)
{
	int r = fsync(vmdir->fd) < 0 ? -errno : 0;

	if (r == 0)
		r = atomic_file_save(vmdir->fd, VMDIR_SNAPSHOTS, array);
	return r < 0 ? text_fail(reterr_text, r, "cannot write '%s/" VMDIR_SNAPSHOTS "': %s",
			       vmdir->path, strerror(-r))
		     : 0;
}
