/* SPDX-License-Identifier: MIT
 * Snapshots of a VM that was created: qcow2 overlays over its disks.
 *
 * A snapshot freezes the files that the VM writes to, and puts an overlay over each,
 * LABEL.diskN.qcow2 in the VM's directory, to which it writes from then on. What is where is in
 * snapshots.json, see disk/snapshots.h. To take a snapshot and to go back to one is to make new
 * files, under names that nothing had, then to replace that list, and then to remove what it no
 * longer names: with whatever fails or is killed, all disks are in the old state or all in the
 * new. */
#ifndef OWVM_LAUNCHER_DISK_OVERLAY_H
#define OWVM_LAUNCHER_DISK_OVERLAY_H

#include <jansson.h>
#include <stdbool.h>

#include "launcher/home/vmdir.h"
#include "launcher/vm/vm.h"

/* Let the VM's disks be the overlays of its last snapshot, if there is one. Returns 0, or -errno
 * with a sentence, as when vm.conf names another disk than the snapshots do. */
int overlay_apply(struct vm *vm, const struct vmdir *vmdir, char **reterr_text);

/* Take a snapshot of the disks as vm.conf has them (not applied). The VM does not run. Returns 0,
 * or -errno with a sentence: -EEXIST when the label is taken, -E2BIG when there would be too many
 * files below a disk. */
int overlay_take(
	const struct vm *vm, const struct vmdir *vmdir, const char *label, char **reterr_text);

/* Go back to a snapshot: what was written since, and all later snapshots, are lost. *ret_later is
 * how many those were. Returns 0, or -errno with a sentence. */
int overlay_restore(const struct vm *vm, const struct vmdir *vmdir, const char *label,
	size_t *ret_later, char **reterr_text);

/* Is it a disk that the VM writes to, and so has snapshots of? */
bool overlay_is_written(const struct vm_disk *disk);

/* The list of snapshots.h, which is of this VM's disks. Returns as snapshots_read() does. */
int overlay_read(
	const struct vm *vm, const struct vmdir *vmdir, json_t **ret_array, char **reterr_text);

/* The snapshots: an array of {label, time (seconds since 1970), bytes (that what was written since
 * takes), removing (see change/snapshot-drop.h)}, which the caller gives back.
 * Returns 0, or -errno with a sentence and without an array. */
int overlay_list(const struct vmdir *vmdir, json_t **ret_array, char **reterr_text);

/* Remove all overlays and what is known of them, when the VM is removed. Where the list cannot be
 * read it says so, and they stay. */
void overlay_remove_all(const struct vmdir *vmdir);

#endif
