/* SPDX-License-Identifier: MIT
 * The lock of a VM's runtime directory, and the process that is noted in it. */
#ifndef OWVM_LAUNCHER_RUNTIME_LOCK_H
#define OWVM_LAUNCHER_RUNTIME_LOCK_H

#include "launcher/runtime.h"

/* Fill in who is noted: pid and start, which are 0 and empty when nobody is (yet). */
void runtime_lock_holder(const char *directory, struct runtime *runtime);

/* Does somebody hold the lock, or is the process there that did? */
bool runtime_lock_lives(const char *directory);

/* Lock the directory of a VM that is dead. Returns the fd, which cannot write, as QEMU inherits it;
 * -EWOULDBLOCK when the VM lives, -ENOENT when the directory went away meanwhile, or another
 * -errno. */
int runtime_lock_dead(const char *directory);

#endif
