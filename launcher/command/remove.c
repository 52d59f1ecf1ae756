/* SPDX-License-Identifier: MIT
 * `owrun rm`: a VM goes, with what owrun made for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/autostart/autostart.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/change/clone-conf.h"
#include "launcher/command/commands.h"
#include "launcher/command/stop.h"
#include "launcher/disk/overlay.h"
#include "launcher/disk/temporary.h"
#include "launcher/home/ended.h"
#include "launcher/home/remember.h"
#include "launcher/home/unfinished.h"
#include "launcher/home/vm-lock.h"
#include "launcher/runtime/find.h"

/* What owrun made of disks that are elsewhere, see change/clone.h. */
static void remove_cloned(const struct vmdir *vmdir)
{
	for (size_t i = 0; i < VM_DISKS_MAX; i++) {
		OWNED_MEMORY char *raw = clone_conf_name(i, VM_FORMAT_RAW);
		OWNED_MEMORY char *qcow2 = clone_conf_name(i, VM_FORMAT_QCOW2);

		(void)!vmdir_unlink(vmdir, raw);
		(void)!vmdir_unlink(vmdir, qcow2);
	}
}

/* Remove what owrun made, and the directory unless there is something else in it. */
static int remove_directory(
	const char *name, const struct vmdir *vmdir, int *lock, char **reterr_text)
{
	static const char *const files[] = {
		VMDIR_DISK, VMDIR_REMEMBERED, VMDIR_KNOWN_HOSTS, VMDIR_DRAFT, VMDIR_CONF};

	int r = 0;

	overlay_remove_all(vmdir);
	remove_cloned(vmdir);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		r = vmdir_unlink(vmdir, files[i]);
		if (r < 0 && r != -ENOENT)
			return text_fail(reterr_text, r, "cannot remove '%s/%s': %s", vmdir->path,
				files[i], strerror(-r));
	}
	(void)!unfinished_sweep(vmdir);
	vmdir_end_lock(vmdir, lock);
	r = vmdir_remove(vmdir);
	if (r == 0)
		text_print(stdout, "%s: removed", name);
	else if (r == -ENOTEMPTY || r == -EEXIST)
		text_print(
			stdout, "%s: removed; '%s' holds other files and stays", name, vmdir->path);
	else
		return text_fail(
			reterr_text, r, "cannot remove '%s': %s", vmdir->path, strerror(-r));
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

static bool is_created(const struct vmdir *vmdir)
{
	return vmdir->fd >= 0 && vmdir_has(vmdir, VMDIR_CONF);
}

/* A VM that runs: it must be the one that goes, and the user must mean it. */
static int end_first(const char *name, const struct vmdir *vmdir, bool force, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &ignored) < 0 || !runtime_alive(&runtime))
		return 0;
	if (is_created(vmdir) && !vm_lock_is_from(&runtime, vmdir))
		return text_fail(reterr_text, -EBUSY,
			"the VM '%s' that runs is not the one of '%s'; 'owrun kill %s' ends it first",
			name, vmdir->path, name);
	if (!force)
		return text_fail(reterr_text, -EBUSY,
			"VM '%s' is running; 'owrun stop %s' ends it, '--force' kills it first",
			name, name);
	if (stop_vm_now(name) != 0)
		return text_fail(reterr_text, -EBUSY, "VM '%s' stays", name);
	return 0;
}

/* What a link leads to is somebody else's, or is removed by its own path. */
static int check_no_link(const struct vmdir *vmdir, char **reterr_text)
{
	OWNED_MEMORY char *word = NULL;

	if (vmdir->fd < 0 || !vmdir_is_symlink(vmdir))
		return 0;
	word = shell_word(vmdir->path);
	return text_fail(reterr_text, -ELOOP,
		"'%s' is a symbolic link, and nothing was removed: 'owrun rm PATH' of the directory itself does, 'rm %s' removes the link",
		vmdir->path, word);
}

/* With the VM held. */
static int remove_held(struct vm_lock *held, const char *name, const struct vmdir *vmdir,
	bool leftovers, char **reterr_text)
{
	OWNED_MEMORY char *ignored = NULL;
	bool enabled = false;
	bool logs = ended_forget(name), run = remember_forget_run(name);

	if (is_created(vmdir)) {
		int r = remove_directory(name, vmdir, &held->directory, reterr_text);

		if (r < 0)
			return r;
	} else if (vmdir->fd >= 0 && unfinished_sweep(vmdir)) {
		vmdir_end_lock(vmdir, &held->directory);
		(void)!vmdir_remove(vmdir);
		text_print(stdout, "%s: removed", name);
	} else if (leftovers || logs || run) {
		text_print(stdout, "%s: removed", name);
	} else {
		return text_fail(
			reterr_text, -ENOENT, "there is no VM '%s'; 'owrun ls' lists them", name);
	}
	temporary_remove(name);
	if (autostart_disable(name, &enabled, &ignored) < 0)
		text_say("%s", ignored);
	runtime_remove(&held->runtime);
	cleanup_close(&held->runtime.lock);
	return 0;
}

/* The directory, also of a VM that was not created. */
static int open_directory(struct options *options, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int r = options->vmdir.fd >= 0 ? 0
				       : vmdir_open_name(options->operand, options->trust_directory,
						 &options->vmdir, &error);

	/* Where a part of the way is no directory there is none either. */
	return r == 0 || r == -ENOENT || r == -ENOTDIR ? 0 : text_fail(reterr_text, r, "%s", error);
}

static int remove_vm(struct options *options, char **reterr_text)
{
	const char *name = options->operand;
	const struct vmdir *vmdir = &options->vmdir;
	bool leftovers = has_leftovers(name);
	OWNED_VM_LOCK held = VM_LOCK_NONE;
	int r = open_directory(options, reterr_text);

	if (r == 0)
		r = check_no_link(vmdir, reterr_text);
	if (r == 0)
		r = end_first(name, vmdir, options->force, reterr_text);
	if (r == 0)
		r = vm_lock_take(name, vmdir, &held, reterr_text);
	return r < 0 ? r : remove_held(&held, name, vmdir, leftovers, reterr_text);
}

int remove_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = remove_vm(options, &error);

	return text_exit_status(r, error);
}
