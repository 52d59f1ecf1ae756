/* SPDX-License-Identifier: MIT
 * What a description gives the guest that did not come with it.
 *
 * Theory of operation: which files the guest gets is a stranger's word, and so is what lies beside
 * the description: a symlink there leads anywhere, a hard link is a file of another place, and an
 * image names files below it. What one setting gives is what a VM makes of its value. */
#ifndef OWVM_LAUNCHER_IMPORT_REACH_H
#define OWVM_LAUNCHER_IMPORT_REACH_H

#include <stddef.h>

#include "launcher/options/settings.h"

/* The setting of that number as it is told, where it leads out of that absolute directory; the
 * caller frees it. NULL: it gives nothing else, or a later one counts. */
char *reach_describe(const struct settings *settings, size_t number, const char *directory);

#endif
