/* SPDX-License-Identifier: MIT
 * VMs that have to run for what is to be done with them, and what is said where they do not. */
#ifndef OWVM_LAUNCHER_HOME_VM_FIND_H
#define OWVM_LAUNCHER_HOME_VM_FIND_H

#include "launcher/home/vmdir.h"
#include "launcher/runtime/runtime.h"

/* A VM that does not run is stopped where it is kept: 'owrun run' starts it. Else it has ended. */
#define VM_STOPPED "stopped"
#define VM_ENDED "ended"

/* Is the VM of that name, which does not run, kept? `runtime` is what it has left (NULL: nothing),
 * `vmdir` its directory (VMDIR_NONE or NULL: its name alone was given). */
bool vm_find_is_kept(const char *name, const struct vmdir *vmdir, const struct runtime *runtime);

/* Find a living VM. Returns 0, or -errno as runtime_find() does; the sentence tells what the VM is
 * instead. */
int vm_find(const char *name, const struct vmdir *vmdir, struct runtime *ret_runtime,
	char **reterr_text);

#endif
