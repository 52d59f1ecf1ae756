/* SPDX-License-Identifier: MIT
 * `owrun rm`: a VM goes, with what owrun made for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/ending.h"
#include "launcher/overlay.h"
#include "launcher/runtime.h"
#include "launcher/text.h"
#include "launcher/vmdir.h"

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
		printf("%s: removed\n", name);
	else if (errno == ENOTEMPTY || errno == EEXIST)
		printf("%s: removed; '%s' holds other files and stays\n", name, directory);
	else
		return text_fail(
			reterr_text, -errno, "cannot remove '%s': %s", directory, strerror(errno));
	return 0;
}

/* What an ended VM left in the runtime directory. */
static bool remove_leftovers(const char *name)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &error) < 0)
		return false;
	runtime_remove(&runtime);
	return true;
}

static int remove_vm(struct options *options, char **reterr_text)
{
	const char *name = options->operand;
	OWNED_MEMORY char *directory =
		options->vmdir == NULL ? vmdir_of_name(name) : text_format("%s", options->vmdir);
	OWNED_MEMORY char *remembered =
		directory == NULL ? NULL : text_format("%s/" VMDIR_REMEMBERED, directory);
	bool found = false;

	if (ending_is_running(name)) {
		if (!options->force)
			return text_fail(reterr_text, -EBUSY,
				"VM '%s' is running; 'owrun stop %s' ends it, '--force' kills it first",
				name, name);
		if (ending_kill(name) != 0)
			return text_fail(reterr_text, -EBUSY, "VM '%s' stays", name);
		found = true;
	}
	found = remove_leftovers(name) || found;
	/* A VM that was only run has what is remembered of it there. */
	if (directory != NULL && (vmdir_has_conf(directory) || access(remembered, F_OK) == 0))
		return remove_directory(name, directory, reterr_text);
	if (!found)
		return text_fail(
			reterr_text, -ENOENT, "there is no VM '%s'; 'owrun ls' lists them", name);
	printf("%s: removed\n", name);
	return 0;
}

int remove_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;

	if (remove_vm(options, &error) == 0)
		return 0;
	text_say("%s", error);
	return 1;
}
