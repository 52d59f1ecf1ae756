/* SPDX-License-Identifier: MIT
 * vm.conf: a VM's settings as an INI file. */
#ifndef OWVM_LAUNCHER_OPTIONS_CONF_H
#define OWVM_LAUNCHER_OPTIONS_CONF_H

#include "launcher/home/vmdir.h"
#include "launcher/options/settings.h"

/* Read a directory's vm.conf; relative paths in it are those of the directory. A value's syntax is
 * not looked at. Returns 0, or -errno with a sentence: -EPERM when others could have written it,
 * -EINVAL for what it says, and then the sentence begins with "FILE:LINE: ". */
int conf_read(const struct vmdir *vmdir, struct settings *settings, char **reterr_text);

/* Can a vm.conf in that directory hold these values? Returns 0, or -EINVAL with a sentence. */
int conf_check(const char *directory, const struct settings *settings, char **reterr_text);

/* Write its vm.conf, which must not be there yet; paths in the directory become relative.
 * Returns 0, -EEXIST, -EINVAL for a value that such a file cannot hold, or another -errno, with a
 * sentence. */
int conf_write(const struct vmdir *vmdir, const struct settings *settings, char **reterr_text);

#endif
