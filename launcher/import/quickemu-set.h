/* SPDX-License-Identifier: MIT
 * quickemu's description of a VM: what its variables mean. Pure. */
#ifndef OWVM_LAUNCHER_IMPORT_QUICKEMU_SET_H
#define OWVM_LAUNCHER_IMPORT_QUICKEMU_SET_H

#include <stddef.h>

#include "launcher/import/import.h"

/* A file being read. */
struct quickemu_reader {
	struct import *import;
	const char *directory;
	unsigned int line;
	size_t known; /* assignments that quickemu has */
	char *mac;
	char *network;
	unsigned int network_line;
};

/* Take one value of a variable; of a list each is one. */
void quickemu_set(struct quickemu_reader *reader, const char *name, const char *value);

/* After the last: take the network, which several variables describe. */
void quickemu_settle(struct quickemu_reader *reader);

#endif
