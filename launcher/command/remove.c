/* SPDX-License-Identifier: MIT
 * `owrun rm`: a VM goes, with what owrun made for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/stop.h"
#include "launcher/disk/overlay.h"
#include "launcher/disk/temporary.h"
#include "launcher/home/vm-lock.h"
#include "launcher/home/vmdir.h"

/* Remove what owrun made, and the directory unless there is something else in it. */
static int remove_directory(const char *name, const char *directory, char **reterr_text)
{
	static const char *const files[] = {VMDIR_DISK, VMDIR_REMEMBERED, VMDIR_CONF};

	overlay_remove_all(directory);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		OWNED_MEMORY char *path = text_format("%s/%s", directory, files[i]);

		if (unlink(path) < 0 && errno != ENOENT)
			return text_fail(reterr_text, -errno, "cannot remove '%s': %s", path,
				strerror(errno));
	}
	if (rmdir(directory) == 0)
		text_print(stdout, "%s: removed", name);
	else if (errno == ENOTEMPTY || errno == EEXIST)
		text_print(
			stdout, "%s: removed; '%s' holds other files and stays", name, directory);
	else
		return text_fail(
			reterr_text, -errno, "cannot remove '%s': %s", directory, strerror(errno));
	return 0;
}

/* Did a VM of that name leave something in the runtime directory? */
static bool has_leftovers(const char *name)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	return runtime_find_any(&places, name, &runtime, &ignored) == 0;
}

/* A VM that runs: it must be the one that goes, and the user must mean it. */
static int end_first(const char *name, const char *directory, bool force, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &ignored) < 0 || !runtime_alive(&runtime))
		return 0;
	if (vmdir_has_conf(directory) && !vm_lock_is_from(&runtime, directory))
		return text_fail(reterr_text, -EBUSY,
			"the VM '%s' that runs is not the one of '%s'; 'owrun kill %s' ends it first",
			name, directory, name);
	if (!force)
		return text_fail(reterr_text, -EBUSY,
			"VM '%s' is running; 'owrun stop %s' ends it, '--force' kills it first",
			name, name);
	if (stop_vm_now(name) != 0)
		return text_fail(reterr_text, -EBUSY, "VM '%s' stays", name);
	return 0;
}

/* What a link leads to is somebody else's, or is removed by its own path. */
static int check_no_link(const char *directory, char **reterr_text)
{
	struct stat st = {0};

	if (lstat(directory, &st) < 0 || !S_ISLNK(st.st_mode))
		return 0;
	return text_fail(reterr_text, -ELOOP,
		"'%s' is a symbolic link, and nothing was removed: 'owrun rm PATH' of the directory itself does, 'rm %s' removes the link",
		directory, directory);
}

/* With the VM held. A VM that was only run has what is remembered of it in the directory. */
static int remove_held(struct vm_lock *held, const char *name, const char *directory,
	bool leftovers, char **reterr_text)
{
	OWNED_MEMORY char *remembered = text_format("%s/" VMDIR_REMEMBERED, directory);

	if (vmdir_has_conf(directory) || access(remembered, F_OK) == 0) {
		int r = remove_directory(name, directory, reterr_text);

		if (r < 0)
			return r;
	} else if (leftovers) {
		text_print(stdout, "%s: removed", name);
	} else {
		return text_fail(
			reterr_text, -ENOENT, "there is no VM '%s'; 'owrun ls' lists them", name);
	}
	temporary_remove(name);
	runtime_remove(&held->runtime);
	cleanup_close(&held->runtime.lock);
	return 0;
}

static int remove_vm(struct options *options, char **reterr_text)
{
	const char *name = options->operand;
	OWNED_MEMORY char *made = vmdir_of_name(name);
	const char *directory = options->vmdir != NULL ? options->vmdir : made == NULL ? "" : made;
	bool leftovers = has_leftovers(name);
	OWNED_VM_LOCK held = VM_LOCK_NONE;
	int r = check_no_link(directory, reterr_text);

	if (r == 0)
		r = end_first(name, directory, options->force, reterr_text);

	if (r == 0)
		r = vm_lock_take(
			name, access(directory, F_OK) == 0 ? directory : NULL, &held, reterr_text);
	return r < 0 ? r : remove_held(&held, name, directory, leftovers, reterr_text);
}

int remove_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = remove_vm(options, &error);

	return text_exit_status(r, error);
}
