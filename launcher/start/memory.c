/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: what is remembered from start to start. */
#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/home/remember.h"
#include "launcher/home/vmdir.h"
#include "launcher/start/private.h"

/* A VM that was only run has what is remembered where it would have its vm.conf. NULL: nowhere. */
static char *directory_of(const struct start *start)
{
	return start->vmdir != NULL ? text_format("%s", start->vmdir)
				    : vmdir_of_name(start->vm->name);
}

void start_recall(struct start *start)
{
	OWNED_MEMORY char *complaint = NULL;
	OWNED_MEMORY char *directory = directory_of(start);

	if (directory != NULL)
		start->memory_path = text_format("%s/" VMDIR_REMEMBERED, directory);
	start->memory = remember_load(start->memory_path, &complaint);
	if (complaint != NULL)
		text_say("%s", complaint);
}

static int save(const struct start *start, char **reterr_text)
{
	OWNED_MEMORY char *directory = directory_of(start);
	int r = 0;

	if (json_object_size(start->memory) > 0)
		r = file_make_directory(directory, reterr_text);
	return r < 0 ? r : remember_save(start->memory_path, start->memory, reterr_text);
}

void start_remember(struct start *start)
{
	OWNED_MEMORY char *error = NULL;

	if (start->memory_path != NULL && save(start, &error) < 0)
		text_say("nothing is remembered for the next start: %s", error);
}
