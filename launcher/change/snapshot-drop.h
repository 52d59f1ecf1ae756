/* SPDX-License-Identifier: MIT
 * A snapshot goes, and all other states of the disks stay.
 *
 * Theory of operation: what was written since a snapshot is in its overlay. It is put into the file
 * below, which until then was the state at that snapshot, and the overlay above goes over that
 * file. All states but this one read the same at every step, as what is put into the file below is
 * what the overlay says anyway. So the list first says that the snapshot is being removed; where
 * owrun is killed after that, the next removal of it goes on. */
#ifndef OWVM_LAUNCHER_CHANGE_SNAPSHOT_DROP_H
#define OWVM_LAUNCHER_CHANGE_SNAPSHOT_DROP_H

#include "launcher/home/vmdir.h"
#include "launcher/vm/vm.h"

/* Remove a snapshot of the disks as vm.conf has them (not applied) of a VM that does not run. A
 * signal that comes by `signals`, a signalfd or -1, ends it. Returns 0, or -errno with a sentence:
 * -ENOENT when there is no such snapshot, -EINTR. */
int snapshot_drop(const struct vm *vm, const struct vmdir *vmdir, const char *label, int signals,
	char **reterr_text);

#endif
