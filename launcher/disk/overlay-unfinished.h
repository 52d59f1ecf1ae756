/* SPDX-License-Identifier: MIT
 * Overlays that one which was killed has made, and no snapshot has.
 *
 * A new overlay has a second name until the list of snapshots has it. So one that has two names,
 * and is not in the list, belongs to nothing. */
#ifndef OWVM_LAUNCHER_DISK_OVERLAY_UNFINISHED_H
#define OWVM_LAUNCHER_DISK_OVERLAY_UNFINISHED_H

#include <jansson.h>

#include "launcher/home/vmdir.h"

/* The second name, which the caller frees. */
char *overlay_unfinished_name(const char *name);

/* With the directory locked: remove all second names, and the overlays that are not in the list. */
void overlay_unfinished_sweep(const struct vmdir *vmdir, const json_t *array);

#endif
