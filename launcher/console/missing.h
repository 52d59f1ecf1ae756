/* SPDX-License-Identifier: MIT
 * Which console of a VM is meant, and where its serial ports lead where there is none. */
#ifndef OWVM_LAUNCHER_CONSOLE_MISSING_H
#define OWVM_LAUNCHER_CONSOLE_MISSING_H

#include <stdint.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/serial.h"

/* Where the serial ports of a VM without a console lead, as a sentence; NULL: it has one. The
 * caller frees it. */
char *console_missing(const struct runtime *runtime, const char *name);

/* The console that is meant: that of serial port `number` from 1, or the first (0). NULL with a
 * sentence where it is none. */
const struct serial_console *console_find(
	const struct runtime *runtime, const char *name, uint32_t number, char **reterr_text);

#endif
