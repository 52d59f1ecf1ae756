/* SPDX-License-Identifier: MIT
 * Ending a VM: the power button, QEMU's quit, and death. */
#ifndef OWVM_LAUNCHER_HALT_H
#define OWVM_LAUNCHER_HALT_H

#include <stdbool.h>

#include "launcher/runtime.h"

/* Open the process that holds the VM's lock. Returns a pidfd that the caller owns, or -errno:
 * -ESRCH when the process that is noted is not there (it just ended), -EAGAIN when the VM is just
 * being started. */
int halt_open(const struct runtime *runtime);

/* Each tries its means and waits. True when the process has ended. */
bool halt_powerdown(const struct runtime *runtime, int pidfd, int timeout_ms);
bool halt_quit(const struct runtime *runtime, int pidfd);
bool halt_kill(int pidfd);

#endif
