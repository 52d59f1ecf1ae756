/* SPDX-License-Identifier: MIT
 * Options as QEMU's users write them. */
#ifndef OWVM_LAUNCHER_OPTIONS_QEMU_H
#define OWVM_LAUNCHER_OPTIONS_QEMU_H

#include "launcher/options/row.h"
#include "launcher/options/settings.h"

/* The commands that understand them. */
#define OPTIONS_QEMU_COMMANDS (COMMAND_RUN | COMMAND_CREATE | COMMAND_CONFIG)

/* The name of owrun's option that means the same as QEMU's (without its dash), or NULL. Where
 * QEMU's takes no value and owrun's does, *ret_value is set. */
const char *options_qemu_alias(const char *name, const char **ret_value);

/* Do words that QEMU is given as they are bring something to boot? */
bool options_qemu_boots(char *const *words, size_t n);

/* Make "accel=" of a machine the accelerator that is asked for. Returns 0, or -EINVAL with a
 * sentence where another one is asked for as well. */
int options_qemu_settle(struct settings *settings, char **reterr_text);

#endif
