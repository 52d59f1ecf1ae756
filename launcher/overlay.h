/* SPDX-License-Identifier: MIT
 * Snapshots of a VM that was created: qcow2 overlays over its disks.
 *
 * A snapshot freezes the files that the VM writes to, and puts an overlay over each, LABEL.diskN.qcow2
 * in the VM's directory, to which it writes from then on. What is where is in snapshots.json, which
 * is replaced when all files are there. */
#ifndef OWVM_LAUNCHER_OVERLAY_H
#define OWVM_LAUNCHER_OVERLAY_H

#include <jansson.h>

#include "launcher/vm.h"

/* Let the VM's disks be the overlays of its last snapshot, if there is one. Returns 0, or -errno
 * with a sentence, as when vm.conf names another disk than the snapshots do. */
int overlay_apply(struct vm *vm, const char *directory, char **reterr_text);

/* Take a snapshot of the disks as vm.conf has them (not applied). The VM does not run. Returns 0, or
 * -errno with a sentence: -EEXIST when the label is taken. */
int overlay_take(const struct vm *vm, const char *directory, const char *label, char **reterr_text);

/* Go back to a snapshot: what was written since, and all later snapshots, are lost. *ret_later is how
 * many those were. Returns 0, or -errno with a sentence. */
int overlay_restore(const struct vm *vm, const char *directory, const char *label,
	size_t *ret_later, char **reterr_text);

/* The snapshots: an array of {label, time (seconds since 1970)}, which the caller gives back. */
json_t *overlay_list(const char *directory);

/* Remove all overlays and what is known of them, when the VM is removed. */
void overlay_remove_all(const char *directory);

#endif
