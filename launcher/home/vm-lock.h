/* SPDX-License-Identifier: MIT
 * Locking a VM, its name and its directory, against a start; which directory it came from. */
#ifndef OWVM_LAUNCHER_HOME_VM_LOCK_H
#define OWVM_LAUNCHER_HOME_VM_LOCK_H

#include "launcher/home/vmdir.h"
#include "launcher/runtime/runtime.h"

/* Does the VM, which runs or has ended, come from that directory? */
bool vm_lock_is_from(const struct runtime *runtime, const struct vmdir *vmdir);

/* The name of a VM that runs from that directory, which the caller frees, or NULL. */
char *vm_lock_running(const struct vmdir *vmdir);

/* A VM that nobody can start or change. */
struct vm_lock {
	struct runtime runtime; /* its name, claimed */
	int directory;		/* fd, locked; -1: there is none */
};

#define OWNED_VM_LOCK __attribute__((cleanup(vm_lock_release))) struct vm_lock
#define VM_LOCK_NONE \
	{ \
		.runtime = RUNTIME_NONE, .directory = -1 \
	}

/* Lock the VM of that name and its directory (VMDIR_NONE: it has none), to change its disks or to
 * remove it. Returns 0, -EBUSY when it runs, when another VM runs from that directory, or when
 * another owrun is at it, or another -errno, all with a sentence. */
int vm_lock_take(
	const char *name, const struct vmdir *vmdir, struct vm_lock *ret_lock, char **reterr_text);

/* Let go; what an ended VM left in the runtime directory stays. */
void vm_lock_release(struct vm_lock *lock);

#endif
