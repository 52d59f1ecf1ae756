/* SPDX-License-Identifier: MIT
 * What stands in the elements of a domain of libvirt's. Pure. */
#ifndef OWVM_LAUNCHER_IMPORT_LIBVIRT_ELEMENT_H
#define OWVM_LAUNCHER_IMPORT_LIBVIRT_ELEMENT_H

#include "launcher/import/import.h"

/* An element that has ended. All pointers are borrowed. */
struct element {
	struct import *import;
	const char *directory;
	const char *path; /* as "/domain/os/kernel" */
	const char *unit; /* of a size; NULL: none was said */
	unsigned int line;
};

/* Take its text, if it is one that says something to owrun. */
void element_take(const struct element *element, const char *text);

#endif
