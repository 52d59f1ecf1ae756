/* SPDX-License-Identifier: MIT
 * All NICs of a VM: those of its start, and those that were plugged in since. */
#ifndef OWVM_LAUNCHER_COMMAND_NIC_ROWS_H
#define OWVM_LAUNCHER_COMMAND_NIC_ROWS_H

#include <jansson.h>

#include "launcher/runtime/runtime.h"

/* Name the NICs in the state of a VM "eth0", ...: the member "id" of each; what
 * state_judge_passts() needs is taken out. `runtime` is where it runs (NULL: it does not): then
 * QEMU, which has timeout_ms to answer, adds those that were plugged in, with the same members.
 * Returns 0, or -EIO with a sentence when QEMU does not tell; the NICs of the start are there all
 * the same. */
int nic_rows_add(const char *name, const struct runtime *runtime, json_t *state, int timeout_ms,
	char **reterr_text);

#endif
