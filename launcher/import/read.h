/* SPDX-License-Identifier: MIT
 * VMs of other programs: what their descriptions say, as settings of owrun's.
 *
 * Theory of operation: what is read is a stranger's, often out of the net. So nothing of it is run,
 * nothing that it names is opened here, and a value becomes a setting only where the setter of
 * that key takes it. Pure but for the file. */
#ifndef OWVM_LAUNCHER_IMPORT_READ_H
#define OWVM_LAUNCHER_IMPORT_READ_H

#include "launcher/import/import.h"

#define IMPORT_SIZE_MAX ((size_t)1024 * 1024) /* bytes: what is larger describes no VM */

/* Read a description; relative paths in it are those of its directory. Returns 0, or -errno with a
 * sentence: -EINVAL for what describes no VM. */
int read_file(const char *path, struct import *ret_import, char **reterr_text);

/* The same of a text, with the absolute path of its directory. */
int read_text(const char *text, size_t length, const char *directory, struct import *ret_import,
	char **reterr_text);

#endif
