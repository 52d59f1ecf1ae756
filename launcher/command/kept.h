/* SPDX-License-Identifier: MIT
 * What commands that change kept VMs say. */
#ifndef OWVM_LAUNCHER_COMMAND_KEPT_H
#define OWVM_LAUNCHER_COMMAND_KEPT_H

#include "launcher/home/vmdir.h"

/* Tell that the vm.conf of the VM is changed (`what` was done to it; NULL: nothing), and from when
 * on it counts. The operand is how the VM was called. */
void kept_tell_changed(const char *operand, const struct vmdir *vmdir, const char *what);

#endif
