/* SPDX-License-Identifier: MIT
 * What commands that change kept VMs say. */
#ifndef OWVM_LAUNCHER_COMMAND_KEPT_H
#define OWVM_LAUNCHER_COMMAND_KEPT_H

#include "launcher/home/vmdir.h"

/* What a sentence about a kept VM in `directory` ends with: which command starts it, with `how`
 * behind that. Where something of its vm.conf is not there that is told instead, on stderr, and the
 * end is empty. The caller frees it. */
char *kept_start(const char *operand, const char *directory, const char *how);

/* Tell that a VM was made in that directory. */
void kept_tell_made(const char *operand, const char *directory);

/* Tell that the vm.conf of the VM is changed (`what` was done to it; NULL: nothing), and from when
 * on it counts. The operand is how the VM was called. */
void kept_tell_changed(const char *operand, const struct vmdir *vmdir, const char *what);

#endif
