/* SPDX-License-Identifier: MIT
 * `owrun console`, and `owrun monitor` in a terminal: to a VM in the background. */
#ifndef OWVM_LAUNCHER_COMMAND_CONSOLE_H
#define OWVM_LAUNCHER_COMMAND_CONSOLE_H

#include "launcher/options/options.h"
#include "launcher/runtime/runtime.h"

#define ATTACH_TIMEOUT 10000 /* ms that a person waits for a VM that is being started */

/* Find the living VM that the operand means, and wait up to timeout_ms for one that is being
 * started. Returns 0, *ret_runtime and a pidfd of QEMU, which the caller owns, or -errno with a
 * sentence: -ESRCH when it does not run. */
int attach_find(const struct options *options, int timeout_ms, struct runtime *ret_runtime,
	int *ret_pidfd, char **reterr_text);

/* Connect this terminal to the console or the monitor of the VM that is named. Returns an exit
 * status. */
int attach_vm(const struct options *options, enum serial_terminal what);

/* Keep the logs of a VM that has ended, and remove what else it left. */
void attach_tidy_up(const struct runtime *runtime);

#endif
