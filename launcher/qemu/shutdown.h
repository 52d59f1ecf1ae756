/* SPDX-License-Identifier: MIT
 * Ending a VM: the power button, QEMU's quit, and death. */
#ifndef OWVM_LAUNCHER_QEMU_SHUTDOWN_H
#define OWVM_LAUNCHER_QEMU_SHUTDOWN_H

#include <stdbool.h>

#include "launcher/runtime/runtime.h"

/* Each tries its means and waits for the process, see runtime_process_open(). Both return 0 when it
 * has ended, -ETIMEDOUT when it was told to and is still there, -EBUSY when it could not be told,
 * as QMP was busy all the time or QEMU hangs, or another -errno when there is no QMP. A press waits
 * in line until timeout_ms are over. */
int shutdown_powerdown(const struct runtime *runtime, int pidfd, int timeout_ms);
int shutdown_quit(const struct runtime *runtime, int pidfd);

/* True when the process has ended. */
bool shutdown_kill(int pidfd);

#endif
