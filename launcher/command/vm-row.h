/* SPDX-License-Identifier: MIT
 * What `ls` and `status` tell of every VM. */
#ifndef OWVM_LAUNCHER_COMMAND_VM_ROW_H
#define OWVM_LAUNCHER_COMMAND_VM_ROW_H

#include <jansson.h>

#include "launcher/home/vmdir.h"
#include "launcher/runtime/runtime.h"

/* A VM that runs, or whose QEMU has left something: an object with all that its state tells, and
 * name, state (running, paused, stopped, ended), reason, problem, pid, directory, uptime and
 * cpu_time (seconds), memory (bytes). Of one that is kept and does not run it has no more, see
 * kept_row_add(). What is not known is null. QEMU has timeout_ms to answer; `vmdir`: see
 * vm_find_is_kept(). The caller gives it back. */
json_t *vm_row_of_runtime(const char *name, const struct runtime *runtime, bool alive,
	const struct vmdir *vmdir, int timeout_ms);

/* The same of a VM that is kept and does not run. */
json_t *vm_row_of_kept(const char *name, const char *directory);

/* Make uptime, cpu_time and memory texts, for people. */
void vm_row_humanize(json_t *row);

#endif
