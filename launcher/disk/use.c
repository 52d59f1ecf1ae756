/* SPDX-License-Identifier: MIT
 * Is a disk in use by another VM? */
#include "launcher/disk/use.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

struct search {
	const struct vm *vm;
	int found; /* number of the disk; -1: none */
	char *by;  /* name of the VM */
};

static bool clashes(const struct vm *vm, const struct vm_disk *disk, const json_t *other)
{
	const char *path = json_string_value(json_object_get(other, "path"));
	bool writes = vm_writes_to(vm, disk);

	return path != NULL && (writes || json_is_true(json_object_get(other, "written"))) &&
	       file_same(disk->path, path);
}

static void visit(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct search *search = context;
	const struct vm *vm = search->vm;
	json_t *state = NULL;
	const json_t *disks = NULL;

	if (!alive || search->found >= 0 || strcmp(name, vm->name) == 0)
		return;
	state = state_read(runtime);
	disks = json_object_get(state, "disks");
	for (size_t i = 0; i < vm->n_disks; i++)
		for (size_t j = 0; j < json_array_size(disks) && search->found < 0; j++)
			if (clashes(vm, &vm->disks[i], json_array_get(disks, j))) {
				search->found = (int)i;
				search->by = text_format("%s", name);
			}
	json_decref(state);
}

int disk_use_check(const struct vm *vm, const struct runtime_places *places, char **reterr_text)
{
	struct search search = {.vm = vm, .found = -1};
	OWNED_MEMORY char *by = NULL;

	runtime_each(places, visit, &search);
	by = search.by;
	if (search.found < 0)
		return 0;
	return text_fail(reterr_text, -EBUSY,
		"disk '%s' is in use by VM '%s': 'owrun stop %s' ends it, '--ephemeral' on both writes to neither",
		vm->disks[search.found].path, by, by);
}
