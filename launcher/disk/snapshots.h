/* SPDX-License-Identifier: MIT
 * snapshots.json: the snapshots of a VM, and which files are its disks since each.
 *
 * An array, the oldest first, of {label, time (seconds since 1970), disks: the paths of vm.conf,
 * files: for each of those the name of the overlay in the VM's directory, or null}. An older owrun
 * wrote no files: they are LABEL.diskN.qcow2. */
#ifndef OWVM_LAUNCHER_DISK_SNAPSHOTS_H
#define OWVM_LAUNCHER_DISK_SNAPSHOTS_H

#include <jansson.h>
#include <stdbool.h>

#include "launcher/home/vmdir.h"

#define SNAPSHOTS_REMOVING "removing" /* a member that is true, see change/snapshot-drop.h */

/* Read the file, all of it checked; without one *ret_array is empty. The caller gives the array
 * back. Returns 0, or -errno with a sentence: a file that cannot be read is not one that is not
 * there. */
int snapshots_read(const struct vmdir *vmdir, json_t **ret_array, char **reterr_text);

/* Replace the file at once; what it names has to be there. Returns 0, or -errno with a sentence. */
int snapshots_write(const struct vmdir *vmdir, const json_t *array, char **reterr_text);

/* Of the snapshot i; what is returned lives as long as the array. */
const char *snapshots_label(const json_t *array, size_t i);

/* Is it being removed? Then its state is not there any more. */
bool snapshots_removing(const json_t *array, size_t i);

/* The path of the overlay that disk i of vm.conf is since that snapshot, which the caller frees;
 * NULL: it has none. */
char *snapshots_file(const char *directory, const json_t *array, size_t snapshot, size_t disk);

/* Its name where no other is noted; `turn` 0 is the first that is tried. The caller frees it. */
char *snapshots_name(const char *label, size_t disk, unsigned int turn);

/* The number of the snapshot of that label, or -ENOENT. */
int snapshots_find(const json_t *array, const char *label);

#endif
