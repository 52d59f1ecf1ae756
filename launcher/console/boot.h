/* SPDX-License-Identifier: MIT
 * Has a kernel shown up on the console of a VM? */
#ifndef OWVM_LAUNCHER_CONSOLE_BOOT_H
#define OWVM_LAUNCHER_CONSOLE_BOOT_H

#include <jansson.h>
#include <stddef.h>

#include "launcher/runtime/runtime.h"

enum boot_sign {
	BOOT_SILENT,   /* nobody has printed anything */
	BOOT_FIRMWARE, /* only a firmware or a boot loader has */
	BOOT_GIVEN_UP, /* likewise, and it found nothing to boot */
	BOOT_MORE,     /* somebody else has */
};

/* What the beginning of a console's log tells. Pure. */
enum boot_sign boot_sign_of(const char *log, size_t size);

/* What is wrong with how a running VM boots, as a sentence: no kernel for so many seconds. `state`
 * is what is noted of it. NULL: nothing is, or nobody can tell. The caller frees it. */
char *boot_missing(const struct runtime *runtime, const json_t *state);

#endif
