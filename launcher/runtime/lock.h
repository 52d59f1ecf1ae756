/* SPDX-License-Identifier: MIT
 * The lock of a VM's runtime directory, and the process that is noted in it. */
#ifndef OWVM_LAUNCHER_RUNTIME_LOCK_H
#define OWVM_LAUNCHER_RUNTIME_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "launcher/base/process.h"

/* Who holds the lock of a VM, as it noted itself. */
struct runtime_holder {
	pid_t pid;			/* 0: not known */
	char start[PROCESS_START_SIZE]; /* see base/process.h; empty: not known */
};

/* Fill in who is noted; all is 0 and empty when nobody is (yet). */
void runtime_lock_holder(const char *directory, struct runtime_holder *ret_holder);

/* Does somebody hold the lock, or is the process there that did? */
bool runtime_lock_lives(const char *directory);

/* Lock the directory of a VM that is dead. Returns the fd, which cannot write, as QEMU inherits it;
 * -EWOULDBLOCK when the VM lives, -ENOENT when the directory went away meanwhile, or another
 * -errno. */
int runtime_lock_dead(const char *directory);

/* Note who holds the claimed lock. In a child of ours after fork(2). Returns 0 or -errno. */
int runtime_note_pid(const char *directory, pid_t pid);

/* Note QEMU's pid where tools look for it. Likewise. */
int runtime_write_pidfile(const char *directory, pid_t pid);

#endif
