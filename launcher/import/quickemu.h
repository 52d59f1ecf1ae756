/* SPDX-License-Identifier: MIT
 * quickemu's description of a VM: a file of shell, of which the assignments are read. */
#ifndef OWVM_LAUNCHER_IMPORT_QUICKEMU_H
#define OWVM_LAUNCHER_IMPORT_QUICKEMU_H

#include "launcher/import/import.h"

/* Read a text, a line after the other: NAME=WORD and NAME=(WORD...), without any expansion. What is
 * neither is left, and so is a word with something that a shell would expand. Returns 0, or -EINVAL
 * with a sentence when there is no assignment that quickemu knows. (quickemu_conf(5)) */
int quickemu_read(
	const char *text, const char *directory, struct import *import, char **reterr_text);

#endif
