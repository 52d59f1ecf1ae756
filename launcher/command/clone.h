/* SPDX-License-Identifier: MIT
 * Copies of VMs, and what is said about them. */
#ifndef OWVM_LAUNCHER_COMMAND_CLONE_H
#define OWVM_LAUNCHER_COMMAND_CLONE_H

#include <stdbool.h>

#include "launcher/options/settings.h"

/* Copy a kept VM as change/clone.h does, with these settings, and tell it. Returns 0, or -errno
 * with a sentence. */
int copy_vm(const struct settings *settings, const char *source, const char *name, bool trust,
	char **reterr_text);

#endif
