/* SPDX-License-Identifier: MIT
 * A VM without a console: where its serial ports lead instead. */
#ifndef OWVM_LAUNCHER_CONSOLE_MISSING_H
#define OWVM_LAUNCHER_CONSOLE_MISSING_H

#include "launcher/runtime/runtime.h"

/* Where the serial ports of a VM without a console lead, as a sentence; NULL: it has one. The
 * caller frees it. */
char *console_missing(const struct runtime *runtime, const char *name);

#endif
