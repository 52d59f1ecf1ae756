/* SPDX-License-Identifier: MIT
 * Locking a VM, its name and its directory, against a start; which directory it came from.
 *
 * A VM may run under another name than its directory has (`owrun run NAME --name OTHER`), and two
 * directories may give the same name. What changes disks therefore locks the name, which keeps the
 * VM from starting under it, and the directory, which keeps it from starting under any other; a VM
 * that runs already is found by its state, which is written before its start lets the directory
 * go. */
#include "launcher/home/vm-lock.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/home/vmdir.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

static bool is_from(const json_t *state, const struct vmdir *vmdir)
{
	OWNED_MEMORY char *from = state_text(state, "vmdir_id");
	OWNED_MEMORY char *id = file_id(vmdir->fd, ".");

	return from != NULL && id != NULL && strcmp(from, id) == 0;
}

bool vm_lock_is_from(const struct runtime *runtime, const struct vmdir *vmdir)
{
	json_t *state = state_read(runtime);
	bool from = is_from(state, vmdir);

	json_decref(state);
	return from;
}

/* Is a disk of the VM in that directory? One can be started by the path of its image, too. */
static bool has_disk_in(const json_t *state, const struct vmdir *vmdir)
{
	const json_t *disks = json_object_get(state, "disks");

	for (size_t i = 0; i < json_array_size(disks); i++) {
		OWNED_MEMORY char *path = state_text(json_array_get(disks, i), "path");
		char *slash = path == NULL ? NULL : strrchr(path, '/');

		if (slash == NULL)
			continue;
		*slash = '\0';
		if (vmdir_is(vmdir, path))
			return true;
	}
	return false;
}

struct search {
	const struct vmdir *vmdir;
	const char *own; /* the name that is claimed: what it has left says nothing */
	char *found;	 /* the name of a VM that runs from there */
};

static void visit(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct search *search = context;
	json_t *state = NULL;

	if (!alive || search->found != NULL || strcmp(name, search->own) == 0)
		return;
	state = state_read(runtime);
	if (is_from(state, search->vmdir) || has_disk_in(state, search->vmdir))
		search->found = text_format("%s", name);
	json_decref(state);
}

static int say_running(const char *name, char **reterr_text)
{
	return text_fail(reterr_text, -EBUSY, "VM '%s' is running; 'owrun stop %s' ends it first",
		name, name);
}

static char *find_user(const char *own, const struct vmdir *vmdir)
{
	struct search search = {.vmdir = vmdir, .own = own};
	struct runtime_places places = {0};

	runtime_places_init(&places);
	runtime_each(&places, visit, &search);
	return search.found;
}

char *vm_lock_running(const struct vmdir *vmdir)
{
	return find_user("", vmdir);
}

/* With the directory locked: does a VM of another name run from it? */
static int check_users(const char *own, const struct vmdir *vmdir, char **reterr_text)
{
	OWNED_MEMORY char *found = find_user(own, vmdir);

	return found == NULL ? 0 : say_running(found, reterr_text);
}

int vm_lock_take(
	const char *name, const struct vmdir *vmdir, struct vm_lock *ret_lock, char **reterr_text)
{
	OWNED_VM_LOCK lock = VM_LOCK_NONE;
	struct runtime_places places = {0};
	int r = 0;

	runtime_places_init(&places);
	r = runtime_claim(&places, name, &lock.runtime, reterr_text);
	if (r == -EBUSY)
		return say_running(name, reterr_text);
	if (r == 0 && vmdir->fd >= 0) {
		lock.directory = vmdir_lock(vmdir, true, reterr_text);
		r = lock.directory < 0 ? lock.directory : check_users(name, vmdir, reterr_text);
	}
	if (r < 0)
		return r;
	*ret_lock = lock;
	lock = (struct vm_lock)VM_LOCK_NONE;
	return 0;
}

void vm_lock_release(struct vm_lock *lock)
{
	if (lock->runtime.lock >= 0)
		runtime_release(&lock->runtime);
	runtime_close(&lock->runtime);
	cleanup_close(&lock->directory);
}
