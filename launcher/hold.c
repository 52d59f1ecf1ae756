/* SPDX-License-Identifier: MIT
 * Which directory a living VM came from, and holding a VM's directory against its start.
 *
 * A VM may run under another name than its directory has (`owrun run NAME --name OTHER`), and two
 * directories may give the same name. What changes disks therefore holds the name, which keeps the
 * VM from starting under it, and the directory, which keeps it from starting under any other; a VM
 * that runs already is found by its state, which is written before its start lets the directory
 * go. */
#include "launcher/hold.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/file.h"
#include "launcher/state.h"
#include "launcher/text.h"
#include "launcher/vmdir.h"

static bool is_from(const json_t *state, const char *directory)
{
	OWNED_MEMORY char *from = state_text(state, "vmdir_id");
	OWNED_MEMORY char *id = file_id(directory);

	return from != NULL && id != NULL && strcmp(from, id) == 0;
}

bool hold_is_from(const struct runtime *runtime, const char *directory)
{
	json_t *state = state_read(runtime);
	bool from = is_from(state, directory);

	json_decref(state);
	return from;
}

/* Is a disk of the VM in that directory? One can be started by the path of its image, too. */
static bool has_disk_in(const json_t *state, const char *directory)
{
	const json_t *disks = json_object_get(state, "disks");

	for (size_t i = 0; i < json_array_size(disks); i++) {
		OWNED_MEMORY char *path = state_text(json_array_get(disks, i), "path");
		char *slash = path == NULL ? NULL : strrchr(path, '/');

		if (slash == NULL)
			continue;
		*slash = '\0';
		if (file_same(path, directory))
			return true;
	}
	return false;
}

static int check_origin(
	const char *name, const char *directory, const char *operand, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &ignored) < 0 || !runtime_alive(&runtime) ||
		hold_is_from(&runtime, directory))
		return 0;
	return text_fail(reterr_text, -EBUSY,
		"the VM '%s' that runs is not the one of '%s'; 'owrun status %s' tells more", name,
		operand, name);
}

int hold_resolve(const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
{
	int r = vmdir_resolve(operand, ret_name, ret_directory, reterr_text);

	if (r == 0 && *ret_directory != NULL && vmdir_is_path(operand))
		r = check_origin(*ret_name, *ret_directory, operand, reterr_text);
	return r;
}

struct search {
	const char *directory;
	char *found; /* the name of a VM that runs from there */
};

static void visit(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct search *search = context;
	json_t *state = NULL;

	if (!alive || search->found != NULL)
		return;
	state = state_read(runtime);
	if (is_from(state, search->directory) || has_disk_in(state, search->directory))
		search->found = text_format("%s", name);
	json_decref(state);
}

static int say_running(const char *name, char **reterr_text)
{
	return text_fail(reterr_text, -EBUSY, "VM '%s' is running; 'owrun stop %s' ends it first",
		name, name);
}

/* With the directory locked: does a VM of whatever name run from it? */
static int check_users(const char *directory, char **reterr_text)
{
	struct search search = {.directory = directory};
	struct runtime_places places = {0};
	OWNED_MEMORY char *found = NULL;

	runtime_places_init(&places);
	runtime_each(&places, visit, &search);
	found = search.found;
	return found == NULL ? 0 : say_running(found, reterr_text);
}

int hold_take(const char *name, const char *directory, struct hold *ret_hold, char **reterr_text)
{
	OWNED_HOLD hold = HOLD_NONE;
	struct runtime_places places = {0};
	int r = 0;

	runtime_places_init(&places);
	r = runtime_claim(&places, name, &hold.runtime, reterr_text);
	if (r == -EBUSY)
		return say_running(name, reterr_text);
	if (r == 0 && directory != NULL) {
		hold.directory = vmdir_lock(directory, true, reterr_text);
		r = hold.directory < 0 ? hold.directory : check_users(directory, reterr_text);
	}
	if (r < 0)
		return r;
	*ret_hold = hold;
	hold = (struct hold)HOLD_NONE;
	return 0;
}

void hold_release(struct hold *hold)
{
	if (hold->runtime.lock >= 0)
		runtime_release(&hold->runtime);
	runtime_close(&hold->runtime);
	cleanup_close(&hold->directory);
}
