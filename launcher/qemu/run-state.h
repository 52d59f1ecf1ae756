/* SPDX-License-Identifier: MIT
 * Whether a VM that lives runs or is paused, and why: QEMU is asked. */
#ifndef OWVM_LAUNCHER_QEMU_RUN_STATE_H
#define OWVM_LAUNCHER_QEMU_RUN_STATE_H

#include <stdbool.h>

#include "launcher/runtime/runtime.h"

#define RUN_STATE_RUNNING "running"
#define RUN_STATE_PAUSED "paused"

/* What QEMU's word for its state means: is the guest paused? *ret_why is a phrase, and *ret_command
 * the shell command that lets it go on, or NULL. The caller frees both; where it runs they are
 * NULL. */
bool run_state_judge(const char *name, const char *word, char **ret_why, char **ret_command);

/* Ask QEMU within timeout_ms: the word of the state, static. *ret_reason is why it is paused,
 * with what lets it go on, or that QEMU does not answer, in which case the word is that it runs; or
 * NULL. The caller frees it. */
const char *run_state_ask(
	const char *name, const struct runtime *runtime, int timeout_ms, char **ret_reason);

#endif
