/* SPDX-License-Identifier: MIT
 * Overlays that one which was killed has made, and no snapshot has. */
#include "launcher/disk/overlay-unfinished.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/disk/snapshots.h"

#define END ".qcow2.new"
#define NEW ".new"

char *overlay_unfinished_name(const char *name)
{
	return text_format(".%s" NEW, name);
}

static bool is_listed(const struct vmdir *vmdir, const json_t *array, const char *name)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *disks = json_object_get(json_array_get(array, i), "disks");

		for (size_t j = 0; j < json_array_size(disks); j++) {
			OWNED_MEMORY char *path = snapshots_file(vmdir->path, array, i, j);

			if (path != NULL && strcmp(file_relative(vmdir->path, path), name) == 0)
				return true;
		}
	}
	return false;
}

/* Is it such a name? A `create` has one as well, without a label. */
static bool is_second(const char *name)
{
	size_t length = strlen(name);

	return name[0] == '.' && length > strlen(END) &&
	       strcmp(name + length - strlen(END), END) == 0 && strstr(name + 1, ".disk") != NULL;
}

static void sweep(const struct vmdir *vmdir, const json_t *array, const char *second)
{
	OWNED_MEMORY char *name =
		text_format("%.*s", (int)(strlen(second) - strlen("." NEW)), second + 1);

	if (!is_listed(vmdir, array, name) && vmdir_same(vmdir, second, name))
		(void)!vmdir_unlink(vmdir, name);
	(void)!vmdir_unlink(vmdir, second);
}

void overlay_unfinished_sweep(const struct vmdir *vmdir, const json_t *array)
{
	struct dirent **entries = NULL;
	int n = file_names(vmdir->fd, ".", &entries);

	for (int i = 0; i < n; i++) {
		if (is_second(entries[i]->d_name))
			sweep(vmdir, array, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}
