/* SPDX-License-Identifier: MIT
 * Files that get into an image. */
#ifndef OWVM_LAUNCHER_EDIT_INJECT_H
#define OWVM_LAUNCHER_EDIT_INJECT_H

#include <stddef.h>

#include "launcher/edit/edit.h"
#include "launcher/edit/source.h"

struct inject {
	const struct source *sources;
	size_t n;
	uint32_t uid, gid; /* of all of them in the image */
};

/* Put them into the root file system of the copy that the edit has. A child does it, as the image
 * may be hostile. Returns 0, or -errno with a sentence. */
int inject_all(const struct inject *inject, const struct edit *edit, char **reterr_text);

#endif
