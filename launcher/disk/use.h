/* SPDX-License-Identifier: MIT
 * Is a disk in use by another VM? */
#ifndef OWVM_LAUNCHER_DISK_USE_H
#define OWVM_LAUNCHER_DISK_USE_H

#include "launcher/runtime/runtime.h"
#include "launcher/vm/vm.h"

/* Does a running VM of this user have one of the VM's disks, and one of both writes to it? QEMU
 * would refuse it without a name. Returns 0, or -EBUSY with a sentence. */
int disk_use_check(const struct vm *vm, const struct runtime_places *places, char **reterr_text);

#endif
