/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: what is remembered from start to start. */
#include <errno.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/remember.h"
#include "launcher/start/private.h"

#define NOTHING "nothing is remembered for the next start: %s"

/* A VM that was only run has no directory of its own, see home/remember.h. */
static const struct vmdir *directory_of(const struct start *start)
{
	return start->vmdir->fd >= 0 ? start->vmdir : &start->memory_place;
}

/* A VM that was run before it was created keeps its ports. */
static void inherit_ports(struct start *start)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_VMDIR place = VMDIR_NONE;
	json_t *memory = NULL;

	if (start->vmdir->fd < 0 || json_object_get(start->memory, "ports") != NULL ||
		remember_open_run(start->vm->name, &place, &ignored) < 0)
		return;
	memory = remember_load(&place, &ignored);
	if (json_object_get(memory, "ports") != NULL)
		json_object_set(start->memory, "ports", json_object_get(memory, "ports"));
	json_decref(memory);
}

void start_recall(struct start *start)
{
	OWNED_MEMORY char *complaint = NULL;
	OWNED_MEMORY char *error = NULL;
	int r = start->vmdir->fd >= 0
			? 0
			: remember_open_run(start->vm->name, &start->memory_place, &error);

	start->remembers = r == 0 || r == -ENOENT;
	if (!start->remembers)
		text_say(NOTHING, error);
	start->memory = remember_load(directory_of(start), &complaint);
	if (complaint != NULL)
		text_say("%s", complaint);
	inherit_ports(start);
}

static int save(struct start *start, char **reterr_text)
{
	const struct vmdir *place = directory_of(start);
	int r = 0;

	if (place->fd < 0 && json_object_size(start->memory) == 0)
		return 0;
	if (place->fd < 0)
		r = remember_make_run(start->vm->name, &start->memory_place, reterr_text);
	/* Nothing says where. */
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : remember_save(place, start->memory, reterr_text);
}

void start_remember(struct start *start)
{
	OWNED_MEMORY char *error = NULL;

	if (start->remembers && save(start, &error) < 0)
		text_say(NOTHING, error);
}
