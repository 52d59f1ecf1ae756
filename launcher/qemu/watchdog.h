/* SPDX-License-Identifier: MIT
 * Does the guest live? There are hosts where KVM starts a VM that then never gets anywhere. */
#ifndef OWVM_LAUNCHER_QEMU_WATCHDOG_H
#define OWVM_LAUNCHER_QEMU_WATCHDOG_H

#include <stdbool.h>

#include "launcher/qemu/spawn.h"
#include "launcher/vm/vm.h"

/* Can the guest give a sign of life at all, on the console or by a disk? */
bool watchdog_can_see(const struct vm *vm);

/* Wait for a byte on the VM's console or a block that was read from a disk, after
 * spawn_wait_ready(). `signals` is a signalfd. Returns 0, -ETIMEDOUT when there was none in that
 * time, -ECHILD when QEMU ended, -EINTR when a signal came. QEMU is left as it is. */
int watchdog_wait(
	const struct spawn *spawn, const struct runtime *runtime, int signals, int timeout_ms);

#endif
