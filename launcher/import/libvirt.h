/* SPDX-License-Identifier: MIT
 * libvirt's description of a VM: a domain, in XML. */
#ifndef OWVM_LAUNCHER_IMPORT_LIBVIRT_H
#define OWVM_LAUNCHER_IMPORT_LIBVIRT_H

#include "launcher/import/import.h"

/* Read a document, by expat, which opens nothing. A document type is refused: with it go all
 * entities. Returns 0, or -EINVAL with a sentence for what is no domain. (libvirt's
 * docs/formatdomain) */
int libvirt_read(const char *text, size_t length, const char *directory, struct import *import,
	char **reterr_text);

#endif
