/* SPDX-License-Identifier: MIT
 * The VM that a command with a verb is about: its second operand. */
#ifndef OWVM_LAUNCHER_COMMAND_RUNNING_H
#define OWVM_LAUNCHER_COMMAND_RUNNING_H

#include "launcher/options/options.h"
#include "launcher/runtime/runtime.h"

/* Find it, where it runs; options->name becomes its name. Returns 0, or -errno with a sentence. */
int running_find(struct options *options, struct runtime *ret_runtime, char **reterr_text);

#endif
