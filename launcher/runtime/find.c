/* SPDX-License-Identifier: MIT
 * VMs that run, or have ended, in the places where they may be. */
#include "launcher/runtime/find.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/say-once.h"
#include "launcher/base/text.h"
#include "launcher/vm/vm.h"

/* Open the VM's directory in the i-th place. Returns 0, or -errno as runtime_entry_open(). */
static int open_one(const struct runtime_bases *bases, size_t i, const char *name,
	struct runtime *ret_runtime, char **reterr_text)
{
	struct runtime runtime = RUNTIME_NONE;

	runtime.directory_fd =
		runtime_entry_open(bases, i, name, false, &runtime.directory, reterr_text);
	if (runtime.directory_fd < 0)
		return runtime.directory_fd;
	runtime_lock_holder(runtime.directory_fd, &runtime.holder);
	*ret_runtime = runtime;
	return 0;
}

/* Find the VM's directory among the places: a living VM's, or one that is just there. */
static bool search(
	struct runtime_bases *bases, const char *name, bool alive, struct runtime *ret_runtime)
{
	for (size_t i = 0; vm_name_valid(name) && i < bases->n; i++) {
		OWNED_RUNTIME runtime = RUNTIME_NONE;
		OWNED_MEMORY char *sentence = NULL;
		int r = bases->fds[i] < 0 ? -ENOENT : open_one(bases, i, name, &runtime, &sentence);

		if (r < 0 && r != -ENOENT)
			text_fail(&bases->problem, r, "%s", sentence);
		if (r < 0 || (alive && !runtime_alive(&runtime)))
			continue;
		*ret_runtime = runtime;
		runtime = (struct runtime)RUNTIME_NONE;
		return true;
	}
	return false;
}

static int say_none(const struct runtime_bases *bases, const char *name, char **reterr_text)
{
	if (bases->problem != NULL)
		return text_fail(reterr_text, -EACCES,
			"no VM '%s' is running; %s, so that it is left out", name, bases->problem);
	return text_fail(reterr_text, -ESRCH,
		"no VM '%s' is running; 'owrun ls' shows those that are", name);
}

int runtime_find_any(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text)
{
	OWNED_BASES bases = {0};

	runtime_bases_init(places, &bases);
	runtime_bases_open(&bases);
	if (search(&bases, name, true, ret_runtime) || search(&bases, name, false, ret_runtime))
		return 0;
	return say_none(&bases, name, reterr_text);
}

int runtime_find(const struct runtime_places *places, const char *name, struct runtime *ret_runtime,
	char **reterr_text)
{
	OWNED_BASES bases = {0};
	OWNED_RUNTIME ended = RUNTIME_NONE;

	runtime_bases_init(places, &bases);
	runtime_bases_open(&bases);
	if (search(&bases, name, true, ret_runtime))
		return 0;
	if (search(&bases, name, false, &ended))
		return text_fail(reterr_text, -ESRCH,
			"VM '%s' has ended; 'owrun log %s' shows what it said last", name, name);
	return say_none(&bases, name, reterr_text);
}

static void visit_one(const struct runtime_bases *bases, size_t i, const char *name,
	runtime_visitor *visit, void *context)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *sentence = NULL;
	int r = open_one(bases, i, name, &runtime, &sentence);

	if (r == 0)
		visit(name, &runtime, runtime_alive(&runtime), context);
	else if (r != -ENOENT)
		say_once("%s, so that it is left out", sentence);
}

void runtime_each(const struct runtime_places *places, runtime_visitor *visit, void *context)
{
	OWNED_BASES bases = {0};

	runtime_bases_init(places, &bases);
	runtime_bases_open(&bases);
	if (bases.problem != NULL)
		say_once("%s, so that it is left out", bases.problem);
	for (size_t i = 0; i < bases.n; i++) {
		struct dirent **entries = NULL;
		int n = bases.fds[i] < 0 ? 0 : file_names(bases.fds[i], ".", &entries);

		for (int j = 0; j < n; j++) {
			if (vm_name_valid(entries[j]->d_name))
				visit_one(&bases, i, entries[j]->d_name, visit, context);
			free(entries[j]);
		}
		free(entries);
	}
}
