/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: what is remembered from start to start. */
#include <errno.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/remember.h"
#include "launcher/start/private.h"

#define NOTHING "nothing is remembered for the next start: %s"

/* A VM that was only run has what is remembered where it would have its vm.conf. */
static const struct vmdir *directory_of(const struct start *start)
{
	return start->vmdir->fd >= 0 ? start->vmdir : &start->memory_place;
}

void start_recall(struct start *start)
{
	OWNED_MEMORY char *complaint = NULL;
	OWNED_MEMORY char *error = NULL;
	int r = start->vmdir->fd >= 0
			? 0
			: vmdir_open_name(start->vm->name, false, &start->memory_place, &error);

	start->remembers = r == 0 || r == -ENOENT;
	if (!start->remembers)
		text_say(NOTHING, error);
	start->memory = remember_load(directory_of(start), &complaint);
	if (complaint != NULL)
		text_say("%s", complaint);
}

static int save(struct start *start, char **reterr_text)
{
	OWNED_MEMORY char *path = vmdir_of_name(start->vm->name);
	const struct vmdir *place = directory_of(start);
	int r = 0;

	if (place->fd < 0 && (path == NULL || json_object_size(start->memory) == 0))
		return 0;
	if (place->fd < 0)
		r = vmdir_make(path, false, NULL, &start->memory_place, reterr_text);
	return r < 0 ? r : remember_save(place, start->memory, reterr_text);
}

void start_remember(struct start *start)
{
	OWNED_MEMORY char *error = NULL;

	if (start->remembers && save(start, &error) < 0)
		text_say(NOTHING, error);
}
