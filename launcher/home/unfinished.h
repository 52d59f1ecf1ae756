/* SPDX-License-Identifier: MIT
 * What a `create` that was killed has left in the directory of a VM.
 *
 * Disk and vm.conf get their names by a link, when they are complete, and keep the names below
 * until both are there. So a disk that has two names, where no vm.conf is, belongs to no VM. */
#ifndef OWVM_LAUNCHER_HOME_UNFINISHED_H
#define OWVM_LAUNCHER_HOME_UNFINISHED_H

#include "launcher/home/vmdir.h"

#define UNFINISHED_DISK "." VMDIR_DISK ".new"
#define UNFINISHED_CONF "." VMDIR_CONF ".new"

/* With the directory locked: remove that. Returns whether there was anything. */
bool unfinished_sweep(const struct vmdir *vmdir);

#endif
