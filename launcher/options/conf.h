/* SPDX-License-Identifier: MIT
 * vm.conf: a VM's settings as an INI file. */
#ifndef OWVM_LAUNCHER_OPTIONS_CONF_H
#define OWVM_LAUNCHER_OPTIONS_CONF_H

#include "launcher/options/settings.h"

#define CONF_LINE_MAX 190 /* bytes of a line without its newline: what the INI library bears */

/* Read DIRECTORY/vm.conf; relative paths in it are those of the directory (which is absolute). A
 * value's syntax is not looked at. Returns 0, or -errno with a sentence that begins with
 * "FILE:LINE: ". */
int conf_read(const char *directory, struct settings *settings, char **reterr_text);

/* Can a vm.conf in that directory hold these values? Returns 0, or -EINVAL with a sentence. */
int conf_check(const char *directory, const struct settings *settings, char **reterr_text);

/* Write DIRECTORY/vm.conf, which must not be there yet; paths in the directory become relative.
 * Returns 0, -EEXIST, -EINVAL for a value that such a file cannot hold, or another -errno, with a
 * sentence. */
int conf_write(const char *directory, const struct settings *settings, char **reterr_text);

#endif
